"""What comes from outside: frames of a run that trains, other runs, views from Python, and no run at all."""

import json
from urllib.parse import quote

import numpy as np
import pytest

from tests.browser.harness.frames import header_of, model_frame
from tests.browser.harness.looking import middle, pixels, state
from tests.browser.harness.model import trained
from tests.browser.harness.packing import pack
from tests.browser.harness.server import create_harness
from tests.browser.panels import wait_received

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


def test_a_run_that_replaces_another_keeps_the_code_but_not_the_map(explore, harness):
    far, near = (np.random.default_rng(0).normal(size=(500, 16)).astype("f4") * spread for spread in (9, 1))
    for name, codes, best in (("before", far, 3), ("after", near, 9)):
        worth = np.eye(16, dtype="f4")[best] * 2 + np.eye(16, dtype="f4")[best + 1] + 0.5
        harness.runs[name] = [
            model_frame(trained(16), run=name, state="training", sequence=sequence,
                        arrays_more={"codes": codes, "labels": np.zeros(500, "u1"), "information": worth})
            for sequence in (1, 2, 3)
        ]  # fmt: skip
    page = explore("before", view={"z": [0.5] * 16, "a": [1] * 16, "b": [2] * 16})
    page.wait_for_function("__vaelab.frames >= 2")
    assert state(page, "axes") == [3, 4]

    def step_of_a_pixel():
        x, y = middle(page.locator(".map-stage"))
        page.mouse.move(x, y)
        here = np.array(state(page, "hover"))
        page.mouse.move(x + 1, y)
        return np.abs(np.array(state(page, "hover")) - here).max()

    wide = step_of_a_pixel()
    page.mouse.move(0, 0)
    again(page, "after")
    page.wait_for_function("__vaelab.stores[0].state.frame.header.run === 'after'")
    assert state(page, "z") == [0.5] * 16
    assert state(page, "a") == [1] * 16 and state(page, "b") == [2] * 16
    assert state(page, "axes") == [9, 10]
    assert step_of_a_pixel() < wide / 3

    page = explore("before", view={"axes": [1, 2]})
    again(page, "after")
    page.wait_for_function("__vaelab.stores[0].state.frame.header.run === 'after'")
    assert state(page, "axes") == [1, 2], "axes that somebody chose stay"


ARRIVES = """async (run) => {
  const [{ parseFrame }, { createDecoder }] =
    await Promise.all(["frame", "decoder"].map((name) => import(`/vaelab/static/${name}.js`)));
  const frame = parseFrame(await (await fetch(`/vaelab/runs/${run}/frame`)).arrayBuffer());
  const root = document.getElementById("host").shadowRoot, { latent } = frame.header;
  const { x, y, width, height } = root.querySelector(".map-stage").getBoundingClientRect();
  const at = { clientX: x + 0.6 * width, clientY: y + 0.4 * height, bubbles: true, pointerId: 1 };
  root.querySelector("[aria-label='Zoom in']").click(); // The map is to be drawn, and then another run is there.
  window.__vaelab.stores[0].set({ frame, decoder: createDecoder(frame), z: new Float32Array(latent) });
  root.querySelector(".map-stage").dispatchEvent(new PointerEvent("pointermove", at));
  window.__vaelab.stores[0].set({ hover: new Float32Array(latent + 1), a: new Float32Array(latent + 1) });
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


@pytest.mark.parametrize("start", ["two", "sixteen"])
def test_a_map_that_is_drawn_while_another_run_comes_is_of_one_of_them(explore, harness, start):
    harness.runs["few"] = [model_frame(trained(2), run="few", count=50)]
    page = explore(start, view={"axes": "pca"})
    page.evaluate(ARRIVES, "few")
    assert len(state(page, "hover") or [0, 0]) == len(state(page, "z")) == 2
    assert state(page, "a") is None
    assert page.locator(".notice").inner_text() == ""


def test_a_server_that_comes_back_shows_the_same_run(page):
    frames = {"two": [model_frame(trained(2), run="two", state="paused", sequence=7)]}
    server = create_harness(frames)
    port = server.socket.getsockname()[1]
    try:
        page.goto(f"{server.address}/?data={quote(json.dumps({'runs': ['two'], 'view': {'z': [1.0, -0.5]}}))}")
        page.wait_for_function("__vaelab?.stores[0]?.state.connection === 'open' && __vaelab.drawn > 0")
        server.stop()
        page.wait_for_function("__vaelab.stores[0].state.connection === 'lost'")
        assert "Trying again" in page.locator(".notice").inner_text()
        assert page.locator(".status-word").inner_text() == "Connection lost, trying again"
        assert page.locator(".pixels").is_visible()
        server = create_harness(frames, port)
        page.wait_for_function("__vaelab.stores[0].state.connection === 'open' && __vaelab.frames >= 2")
        page.locator(".notice").wait_for(state="hidden")
        assert page.locator(".status-word").inner_text() == "Paused"
        assert state(page, "z") == [1.0, -0.5]
        page.get_by_role("button", name="Resume").click()
        wait_received(page, server, "two", {"command": "resume"})
    finally:
        server.stop()
        page.errors.clear()  # the browser writes failed connections to the console


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
