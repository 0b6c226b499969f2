"""What the tests of the panels share: runs made to order, and ways to read the page."""

import jax
import numpy as np

from tests.browser.harness.frames import model_frame
from tests.browser.harness.model import trained

STATE = "window.__vaelab.stores[{}].state"
FIND = "((selector) => document.getElementById('host').shadowRoot.querySelector(selector))"
READ = "(canvas) => Array.from(canvas.getContext('2d').getImageData(0, 0, 28, 28).data)"
DECODED = """(panel) => {
  const tiles = [...document.getElementById("host").shadowRoot.querySelectorAll(`${panel} .tile`)];
  return tiles.length > 0 && tiles.every((tile) => tile.width > 1 && !tile.parentElement.hasAttribute("data-busy"));
}"""
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def put(harness, name: str, *headers: dict, weight: float = 1.0, latent: int = 2, arrays_more=None) -> str:
    """Puts a run on the server, one frame for each header, and forgets what was sent to it before."""
    harness.runs[name] = [
        model_frame(trained(latent, weight), run=name, arrays_more=arrays_more, **{"sequence": index + 1, **header})
        for index, header in enumerate(headers)
    ]
    harness.received.pop(name, None)
    return name


def jax_normal(seed: int, count: int, size: int) -> np.ndarray:
    """The noise that the page has to draw."""
    return np.asarray(jax.random.normal(jax.random.key(seed), (count, size)))


def state(page, expression: str, store: int = 0):
    """Reads the store; typed arrays come as lists."""
    return page.evaluate(
        f"(() => {{ const value = {STATE.format(store)}.{expression};"
        " return ArrayBuffer.isView(value) ? Array.from(value) : value; })()"
    )


def settle(page, panel: str = ".panel-samples"):
    """Waits until every tile of a panel has been decoded and shown."""
    page.locator(f"{panel} .tiles").first.scroll_into_view_if_needed()
    page.evaluate(FRAMES)
    page.wait_for_function(DECODED, arg=panel)
    page.evaluate(FRAMES)


def pictures(page, panel: str = ".panel-samples") -> list[str]:
    """The tiles of a panel as they are shown."""
    settle(page, panel)
    return page.locator(f"{panel} .tile").evaluate_all("(tiles) => tiles.map((tile) => tile.toDataURL())")


def wait_received(page, harness, run: str, wanted: dict):
    """Waits until the page has sent this message."""
    for _ in range(100):
        if wanted in harness.received.get(run, []):
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"{wanted} did not arrive; the server has {harness.received.get(run)}")
