"""The image follows the hand: real drags, seen before the button is let go."""

import pytest

from tests.browser.app.looking import code, describe, drag, middle, picture, query, sweep

pytestmark = pytest.mark.browser

ENOUGH = 20  # Updates a second that even a busy machine manages; what is aimed at is 50.


def live(measured) -> bool:
    """Whether the image kept up with the hand, on a machine that may be too busy to move a mouse 20 times a second."""
    return measured["per_second"] >= min(ENOUGH, 0.5 * measured["moves"])


def dragged(page, name, start, places, attempts=3):
    """The pictures of the first drag and the best figures of a few: a machine may be busy with something else."""
    seen, best = drag(page, start, places)
    for _ in range(attempts - 1):
        if live(best):
            break
        _, again = drag(page, start, places)
        best = max(best, again, key=lambda measured: measured["per_second"])
    print(f"\n{describe(name, best)}")
    return seen, best


def test_the_image_changes_while_a_slider_is_dragged(server, open_page):
    page = open_page(server.address)
    before = picture(page)
    track = page.locator(".slider-track").first
    width = track.bounding_box()["width"]
    start = middle(track)  # At 0, where the thumb is.
    seen, measured = dragged(page, "slider", start, sweep(start, (0.4 * width, 0)))
    assert len(seen - {before}) >= 3
    assert live(measured)
    assert len(measured["latencies"]) > 20
    # The drag ended half the way back, and the address says so.
    assert code(page)[0] == pytest.approx(1.3, abs=0.2)
    page.wait_for_function("location.search.includes('z=')")
    assert float(query(page)["z"][0].split(",")[0]) == pytest.approx(code(page)[0], abs=1e-3)


def test_the_image_changes_while_the_pin_is_dragged(server, open_page):
    page = open_page(server.address)
    stage = page.locator(".map-stage")
    box = stage.bounding_box()
    start = (box["x"] + 0.4 * box["width"], box["y"] + 0.4 * box["height"])  # Beside the pin, which is at 0.
    page.mouse.click(*start)
    page.wait_for_function("window.__vaelab.stores[0].state.z[0] < -0.2")
    before, pinned = picture(page), code(page)
    seen, measured = dragged(page, "pin", start, sweep(start, (0.3 * box["width"], 0.2 * box["height"])))
    assert len(seen - {before}) >= 3
    assert live(measured)
    x, y = code(page)
    assert x > pinned[0] + 0.3  # To the right,
    assert y < pinned[1] - 0.2  # and down.
    assert page.evaluate("window.__vaelab.stores[0].state.hover") is None
