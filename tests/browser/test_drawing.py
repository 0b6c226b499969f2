"""The drawing pad: what is drawn is encoded where it belongs, can be taken back, and is an end of a walk."""

import numpy as np
import pytest

from tests.browser.pad import DRAWN, HOOK, SHAPES, class_at, draw, open_pad, ship
from tests.browser.panels import FRAMES, state
from vaelab.live.frames import unpack

pytestmark = pytest.mark.browser


def code(page):
    """The code of the drawing, or None."""
    page.evaluate(FRAMES)
    return page.evaluate(f"{DRAWN} && Array.from({DRAWN}.code)")


RUNS = ["digits-vae-2d", "mnist-vae-2d", "mnist-conv-vae"]
PEN = "pendigits-recurrent-vae-2d"


@pytest.mark.parametrize(
    ("run", "digit", "places"),
    [*((run, digit, places) for run in RUNS for digit, places in SHAPES.items()), (PEN, 0, SHAPES[0]), (PEN, 1, HOOK)],
)
def test_a_drawn_digit_lies_among_its_own(page, harness, explore, run, digit, places):
    arrays = ship(harness, run)
    explore(run)
    open_pad(page)
    before = page.locator(".panel-image .pixels").evaluate("(canvas) => canvas.toDataURL()")
    draw(page, places, release=False)
    page.wait_for_function(DRAWN)  # While the button is still down.
    page.evaluate(FRAMES)
    assert page.locator(".panel-image .pixels").evaluate("(canvas) => canvas.toDataURL()") != before
    page.mouse.up()
    found = code(page)
    assert class_at(found, arrays) == digit
    assert state(page, "z") == found  # The sliders and the pin are where the drawing is.
    assert f"“{digit}”" in page.locator(".pad-result").inner_text()
    assert page.evaluate(f"Array.from({DRAWN}.deviation).every((value) => value > 0)")


def test_strokes_are_taken_back_and_put_there_again(page, harness, explore):
    ship(harness, "mnist-vae-2d")
    explore("mnist-vae-2d")
    surface = open_pad(page)
    panel = page.locator(".panel-pad")
    undo, redo, clear = (panel.get_by_role("button", name=name) for name in ("Undo", "Redo", "Clear"))
    assert undo.is_disabled() and redo.is_disabled() and clear.is_disabled()
    draw(page, SHAPES[1])
    one = code(page)
    draw(page, [(0.2, 0.5), (0.8, 0.5)])
    two = code(page)
    assert one != two
    page.keyboard.press("Control+z")  # The focus is on the pad.
    assert code(page) == one
    page.keyboard.press("Control+y")
    assert code(page) == two
    undo.click()
    undo.click()
    assert code(page) is None and undo.is_disabled()
    redo.click()
    assert code(page) == one
    clear.click()
    assert code(page) is None and clear.is_disabled()
    undo.click()
    assert code(page) == one
    # Of the explorer's own history each whole stroke is one step.
    surface.focus()
    draw(page, [(0.3, 0.2), (0.5, 0.2)])
    assert code(page) != one
    page.locator(".panel-sliders").get_by_role("button", name="Undo").click()
    assert code(page) != one and state(page, "z") == one


def test_what_is_rubbed_out_is_gone(page, harness, explore):
    ship(harness, "mnist-vae-2d")
    explore("mnist-vae-2d")
    open_pad(page)
    draw(page, SHAPES[1])
    one = code(page)
    draw(page, [(0.15, 0.4), (0.15, 0.6)])
    assert code(page) != one
    page.locator(".pad-tools .range").fill("0.2")
    draw(page, [(0.15, 0.2), (0.15, 0.8)], button="right")
    np.testing.assert_allclose(code(page), one, atol=0.02)
    page.get_by_role("button", name="Erase").click()
    draw(page, [(0.5, 0.05), (0.5, 0.95)])
    assert code(page) is None


def test_a_finger_draws_and_does_not_scroll(browser, harness):
    ship(harness, "mnist-vae-2d")
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    try:
        page = context.new_page()
        page.goto(f'{harness.address}/?data={{"runs":["mnist-vae-2d"]}}')
        page.wait_for_function("window.__vaelab?.drawn > 0")
        box = open_pad(page).bounding_box()
        scrolled = page.evaluate("scrollY")
        session = context.new_cdp_session(page)
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in SHAPES[1]]
        for index, (x, y) in enumerate(places):
            kind = "touchMove" if index else "touchStart"
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_function(DRAWN)
        assert page.evaluate("scrollY") == scrolled
        assert page.locator(".pad-result").filter(has_text="“1”").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    finally:
        context.close()


def test_a_line_is_drawn_with_the_keys(page, harness, explore):
    ship(harness, "mnist-vae-2d")
    explore("mnist-vae-2d")
    open_pad(page).focus()
    for key in ("ArrowUp", *["ArrowUp"] * 7, "Space", *["ArrowDown"] * 14):
        page.keyboard.press(key)
    assert page.locator(".pad-nib.down").count() == 1
    page.keyboard.press("Space")
    assert page.locator(".pad-nib.down").count() == 0
    page.locator(".pad-result").filter(has_text="“1”").wait_for()
    assert harness.received.get("mnist-vae-2d", []) == []  # Space has paused nothing.


def test_drawings_are_the_ends_of_a_walk(page, harness, explore):
    ship(harness, "mnist-vae-2d")
    explore("mnist-vae-2d")
    open_pad(page)
    draw(page, SHAPES[1])
    one = code(page)
    page.get_by_role("button", name="Start of walk").click()
    page.get_by_role("button", name="Clear").click()
    draw(page, SHAPES[0])
    zero = code(page)
    page.get_by_role("button", name="End of walk").click()
    page.evaluate(FRAMES)
    assert state(page, "a") == one and state(page, "b") == zero
    path = page.evaluate("window.__vaelab.stores[0].state.path.map((code) => [...code])")
    np.testing.assert_allclose([path[0], path[-1]], [one, zero], atol=1e-6)


def test_the_pad_closes_and_opens_with_its_drawing(page, harness, explore):
    ship(harness, "mnist-vae-2d")
    explore("mnist-vae-2d")
    open_pad(page)
    draw(page, SHAPES[1])
    one = code(page)
    page.keyboard.press("Escape")
    assert code(page) is None and not page.locator(".pad-canvas").is_visible()
    toggle = page.locator(".pad-toggle")
    assert toggle.evaluate("(node) => node.getRootNode().activeElement === node")
    assert toggle.get_attribute("aria-expanded") == "false"
    page.keyboard.press("Enter")
    page.wait_for_function(DRAWN)
    assert code(page) == one
    assert harness.asked.count("mnist-vae-2d") >= 1


def test_the_pad_is_absent_where_nothing_can_be_drawn_or_it_is_not_wanted(page, harness, explore):
    ship(harness, "mnist-vae-2d")
    explore("mnist-vae-2d", hide=["pad"])
    assert page.locator(".panel-pad").count() == 0
    ship(harness, "waves-forecasting-ae")
    explore("waves-forecasting-ae")
    assert not page.locator(".panel-pad").is_visible()


def test_the_encoder_follows_the_weights(page, harness, explore):
    ship(harness, "mnist-vae-2d")
    # A run that trains is played by frames with other numbers: the page asks for the encoder again by itself.
    frame = harness.runs["mnist-vae-2d"][0]
    harness.runs["moving"] = [frame.replace(b'"state":"trained"', b'"state":"stopped"')]
    harness.encoders["moving"] = harness.encoders["mnist-vae-2d"]
    harness.asked.clear()
    explore("moving")
    assert harness.asked == []  # Whoever does not draw is sent no encoder.
    open_pad(page)
    draw(page, SHAPES[1])
    first = code(page)
    ship(harness, "mnist-ae-2d")
    harness.encoders["moving"] = harness.encoders["mnist-ae-2d"]
    page.evaluate("""() => {
      const { state, set } = window.__vaelab.stores[0];
      set({ frame: { ...state.frame, header: { ...state.frame.header, sequence: state.frame.header.sequence + 1 } } });
    }""")
    page.wait_for_function(f"{DRAWN}.code[0] !== {first[0]}")
    assert harness.asked == ["moving", "moving"]
    assert state(page, "z") == code(page)


def test_a_point_has_no_ellipse(page, harness, explore):
    ship(harness, "mnist-ae-2d")
    explore("mnist-ae-2d")
    open_pad(page)
    draw(page, SHAPES[0])
    page.wait_for_function(DRAWN)
    assert page.evaluate(f"{DRAWN}.deviation") is None
    assert "not trained to say how sure" in page.locator(".panel-pad").inner_text()


def test_what_cannot_be_encoded_is_said(page, explore, harness):
    explore("two")
    page.locator(".pad-toggle").click()
    page.locator(".pad-result").filter(has_text="This run has no encoder to draw for.").wait_for()
    draw(page, SHAPES[1])
    assert code(page) is None and page.get_by_role("button", name="Start of walk").is_disabled()
    page.errors.clear()  # The refused request.
    harness.encoders["two"] = b"\0\0\0\0 no frame"
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.locator(".pad-result").filter(has_text="not valid JSON").wait_for()
    del harness.encoders["two"]


def test_unpacked_encoders_say_what_they_are_for(harness):
    ship(harness, "digits-vae-2d")
    header, arrays = unpack(harness.encoders["digits-vae-2d"])
    assert (header["data"], header["binarization"], header["latent"]) == ("digits", "dynamic", 2)
    assert set(arrays) == {"encoder/1/kernel", "encoder/1/bias", "head/1/kernel", "head/1/bias"}
