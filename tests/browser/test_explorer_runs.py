"""What comes from outside: frames of a run that trains, other runs, views from Python, and no run at all."""

import numpy as np
import pytest

from tests.browser.harness.frames import header_of, model_frame
from tests.browser.harness.looking import pixels, state
from tests.browser.harness.model import trained
from tests.browser.harness.packing import pack

pytestmark = pytest.mark.browser


def again(page, run, view=None):
    """Streamlit calls the component once more, with this run and view."""
    data = {"base": "", "version": "1", "mode": "explore", "runs": [run], "labels": [], "hide": [], "can_train": True}
    page.evaluate("(data) => remount(data)", {**data, "view": view})


def test_training_frames_move_the_picture_and_keep_the_code(explore):
    page = explore("training", view={"z": [1.0, 1.0]})
    first = pixels(page)
    page.wait_for_function("__vaelab.frames >= 8")
    assert np.abs(pixels(page) - first).max() > 10
    assert state(page, "z") == [1.0, 1.0]


def test_echoes_of_reported_views_do_not_move_the_code(explore):
    page = explore("two")
    page.locator(".slider-track").first.focus()
    for count in (1, 2):
        page.keyboard.press("End" if count == 1 else "Home")
        page.wait_for_function(f"reported.length === {count}")
    z = state(page, "z")
    for index in (0, 1):
        again(page, "two", page.evaluate(f"reported[{index}][1]"))
        assert state(page, "z") == z
    again(page, "two", {"z": [0.7, 0.7], "seed": 3})
    assert state(page, "z") == pytest.approx([0.7, 0.7])
    assert state(page, "seed") == 3


def test_another_run_replaces_the_picture_when_its_frame_comes(explore, harness):
    page = explore("two", view={"z": [1.0, 1.0]})
    again(page, "sixteen")
    page.wait_for_function("__vaelab.stores[0].state.z.length === 16")
    assert not any(state(page, "z"))
    again(page, "nowhere")
    page.wait_for_function("__vaelab.stores[0].state.connection === 'refused'")
    assert page.locator(".notice").inner_text() == "There is no such run; it may have ended."
    assert page.locator(".pixels").is_visible()


def test_the_way_of_leaving_the_page(explore):
    page = explore("two")
    page.evaluate("unmount()")
    assert page.evaluate("document.getElementById('host').shadowRoot.childElementCount") == 0
    assert page.evaluate("__vaelab.stores.length") == 0


def test_before_the_first_weights_the_state_is_told(explore, harness):
    harness.runs["given"] = [pack(header_of(state="compiling"), {}), model_frame(trained(2), sequence=2)]
    harness.interval = 1.0
    try:
        page = explore("given", wait=False)
        page.get_by_text("Waiting for the first weights… The network is being compiled").wait_for()
        page.wait_for_function("__vaelab.drawn > 0")
        assert page.locator(".waiting").is_hidden()
    finally:
        harness.interval = 0.1


def test_polling_where_no_socket_opens(explore, harness, page):
    harness.sockets = False
    try:
        explore("two")
        page.wait_for_function("__vaelab.stores[0].state.connection === 'open'")
        assert "asks once a second" in page.locator(".notice").inner_text()
    finally:
        harness.sockets = True
        page.errors.clear()  # the browser writes the refused socket to the console


def test_hidden_panels_are_not_built(explore):
    page = explore("two", hide=["transport", "knobs", "curves", "map"])
    assert page.locator(".map-stage").count() == 0
    assert page.locator(".transport").count() == 0
    assert page.locator(".slider").count() == 2


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_nothing_is_wider_than_the_page(explore, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    explore("sixteen", theme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
