"""What the tests ask of a page that shows the app."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, TimeoutError

LONG = 120_000  # Milliseconds: what a loaded machine may take to import, to compile, to train a little.
SHIPPED = "digits-vae-2d"
# A small network that trains longer than any test.
ENDLESS = "data=digits&preset=vae_2d&set=backbone.hidden%3D64&set=training.epochs%3D100000"
HEADER = "window.__vaelab?.stores?.[{store}]?.state?.frame?.header"
TELL = """(store) => {
  const { run, state, step, steps, message, marks, recipe } = window.__vaelab.stores[store].state.frame.header;
  return { run, state, step, steps, message, marks, recipe };
}"""
# Remembers every state that the page has been told, and when.
RECORD = """() => {
  window.__states = [];
  const store = window.__vaelab.stores[0];
  store.subscribe((changed) => {
    const { state, run } = store.state.frame.header;
    const last = window.__states.at(-1);
    if (changed.has("frame") && last?.state !== state) window.__states.push({ state, run, at: performance.now() });
  });
  document.addEventListener("click", () => { window.__clicked = performance.now(); }, true);
}"""
STATES = "window.__states.map(({ state }) => state)"
DRAWN = "window.__vaelab?.stores?.length > 0 && window.__vaelab.stores.every(({ state }) => state.decoder)"


def wait_drawn(page: Page) -> None:
    """Until every image on the page is drawn."""
    page.wait_for_function(f"{DRAWN} && window.__vaelab.drawn > 0", timeout=LONG)


def told(page: Page, store: int = 0) -> dict:
    """What the newest frame says of its run."""
    return page.evaluate(TELL, store)


def wait_header(page: Page, condition: str, store: int = 0, timeout: float = LONG) -> dict:
    """Until a JavaScript condition on the header `h` of the newest frame holds."""
    page.wait_for_function(
        f"() => {{ const h = {HEADER.format(store=store)}; return h && ({condition}); }}", timeout=timeout
    )
    return told(page, store)


def train(page: Page) -> str:
    """Press the button in the sidebar and wait for the first steps; returns the run."""
    before = told(page)["run"]
    page.get_by_role("button", name="Train this recipe").click()
    return wait_header(page, f"h.run !== '{before}' && h.state === 'training' && h.step > 50")["run"]


def choose(page: Page, label: str, option: str) -> None:
    """Pick an option of a select box in the sidebar."""
    wanted = page.get_by_role("option", name=option, exact=True)
    for attempt in range(5):  # A part of the sidebar that is just unfolding moves away under the pointer, and a page
        page.get_by_role("combobox", name=label).click()  # that is drawn again in that moment folds the list up.
        try:
            wanted.click(timeout=3000)
            return
        except TimeoutError:
            if attempt == 4:
                raise
            page.keyboard.press("Escape")


def transport(page: Page, name: str) -> Locator:
    """A button of the row above the map."""
    return page.locator(".transport").get_by_role("button", name=name, exact=True)


def knob(page: Page, name: str) -> Locator:
    """A control that may be turned while a run trains."""
    return page.locator(".panel-knobs .knob").filter(has_text=name)


def query(page: Page) -> dict[str, list[str]]:
    """The address as a dictionary."""
    return parse_qs(urlsplit(page.url).query)


def code(page: Page, store: int = 0) -> list[float]:
    """The code at the pin."""
    return page.evaluate(f"Array.from(window.__vaelab.stores[{store}].state.z)")


def picture(page: Page, index: int = 0) -> str:
    """The decoded image as it stands on the screen, all of its pixels."""
    return page.locator(".panel-image .pixels").nth(index).evaluate("(canvas) => canvas.toDataURL()")


def middle(locator: Locator) -> tuple[float, float]:
    """The centre of an element."""
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, start: tuple[float, float], places: list[tuple[float, float]]) -> tuple[set[str], dict]:
    """A real drag at 60 movements a second: the pictures seen before the release, and how live it was."""
    page.mouse.move(*start)
    page.mouse.down()
    # What the probe remembers from now on belongs to this drag.
    page.evaluate("() => { window.__vaelab.latencies.length = 0; window.__before = window.__vaelab.drawn; }")
    seen, started = set(), time.monotonic()
    for index, (x, y) in enumerate(places):
        time.sleep(max(0.0, started + index / 60 - time.monotonic()))
        page.mouse.move(x, y)
        if index % 18 == 9:
            seen.add(picture(page))
    seconds = time.monotonic() - started
    updates, latencies = page.evaluate("[window.__vaelab.drawn - window.__before, window.__vaelab.latencies]")
    page.mouse.up()
    return seen, {
        "per_second": updates / seconds, "moves": len(places) / seconds, "latencies": sorted(latencies),
    }  # fmt: skip


def sweep(start: tuple[float, float], reach: tuple[float, float], count: int = 72) -> list[tuple[float, float]]:
    """Places along a line from a place and half the way back."""
    shares = [index / (count * 2 / 3) for index in range(1, count + 1)]
    turned = [share if share <= 1 else 2 - share for share in shares]
    return [(start[0] + reach[0] * share, start[1] + reach[1] * share) for share in turned]


def describe(name: str, measured: dict) -> str:
    """One line of figures."""
    ordered = measured["latencies"]
    late = ordered[int(0.95 * (len(ordered) - 1))] if ordered else float("nan")
    middle_one = ordered[len(ordered) // 2] if ordered else float("nan")
    return (
        f"{name}: {measured['per_second']:.0f} updates/s of {measured['moves']:.0f} movements/s, "
        f"p50 {middle_one:.0f} ms, p95 {late:.0f} ms"
    )
