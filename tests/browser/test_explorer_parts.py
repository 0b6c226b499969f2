"""Every way to move through the latent space: sliders, map, keys, legend, planes."""

import numpy as np
import pytest

from tests.browser.harness.frames import dense_frame
from tests.browser.harness.looking import FRAME, expected, middle, pixels, state

pytestmark = pytest.mark.browser


def test_image_is_what_the_model_makes_of_the_code(explore):
    page = explore("two", view={"z": [1.0, -0.5]})
    assert state(page, "z") == [1.0, -0.5]
    np.testing.assert_allclose(pixels(page), expected("two", [1.0, -0.5]), atol=1)


def test_dragging_a_slider_changes_the_image_during_the_drag(explore):
    page = explore("two")
    x, y = middle(page.locator(".slider-track").first)
    page.mouse.move(x, y)
    page.mouse.down()
    seen = []
    for step in range(1, 6):
        page.mouse.move(x + 15 * step, y)
        seen.append(pixels(page).tobytes())
    assert len(set(seen)) == 5
    page.evaluate("new Promise((done) => setTimeout(done, 500))")
    assert page.evaluate("reported.length") == 0, "nothing is reported before the release"
    page.mouse.up()
    page.wait_for_function("reported.length === 1")
    name, view = page.evaluate("reported[0]")
    assert name == "view"
    np.testing.assert_allclose(view["z"], state(page, "z"), atol=1e-4)
    assert set(view) == {"z", "seed", "temperature", "grid", "a", "b", "axes", "density", "label", "dial"}


def test_either_end_of_a_slider_shows_its_image(explore):
    page = explore("two", view={"z": [1.0, -0.5]})
    row = page.locator(".slider[data-index='1']")
    read = "(canvas) => canvas.width < 28 ? [] : [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data]"

    def shows(canvas, code):
        found = np.array(canvas.evaluate(read)).reshape(-1, 4)[:, 0]
        return found.size == 784 and np.abs(found - expected("two", code)).max() < 1.01

    def wait(*codes):
        for _ in range(100):
            if all(shows(row.locator(".slider-end").nth(side), code) for side, code in enumerate(codes)):
                return
            page.wait_for_timeout(30)
        raise AssertionError(f"The images are not those of {codes}.")

    wait([1.0, -3.0], [1.0, 3.0])
    number = page.locator(".slider[data-index='0'] input")
    number.fill("-2")
    number.press("Enter")
    wait([-2.0, -3.0], [-2.0, 3.0])


def test_keys_move_a_slider(explore):
    page = explore("two")
    track = page.locator(".slider-track").first
    index = int(page.locator(".slider").first.get_attribute("data-index"))
    track.focus()
    steps = {"ArrowRight": 0.1, "Shift+ArrowRight": 0.6, "PageDown": 0.1, "ArrowLeft": 0.0, "End": 3.0, "Home": -3.0}
    for key, value in steps.items():
        page.keyboard.press(key)
        assert state(page, "z")[index] == pytest.approx(value, abs=1e-6)
        assert float(track.get_attribute("aria-valuenow")) == pytest.approx(value)


def test_a_number_can_be_typed_and_a_double_click_makes_zero(explore):
    page = explore("two")
    index = int(page.locator(".slider").first.get_attribute("data-index"))
    number = page.locator(".slider input").first
    number.fill("1.25")
    number.press("Enter")
    assert state(page, "z")[index] == 1.25
    page.locator(".slider-track").first.dblclick(position={"x": 30, "y": 10})
    assert state(page, "z")[index] == 0
    number.fill("")
    number.press("Enter")
    assert state(page, "z")[index] == 0
    assert number.input_value() == "0.00"


def test_random_reset_and_undo(explore):
    page = explore("sixteen")
    page.locator(".slider-track").first.focus()
    page.keyboard.press("r")
    drawn = state(page, "z")
    assert np.count_nonzero(drawn) == 16
    page.get_by_role("button", name="Reset", exact=True).last.click()
    assert not any(state(page, "z"))
    page.locator(".slider-track").first.focus()
    page.keyboard.press("z")
    assert state(page, "z") == drawn
    page.keyboard.press("z")
    assert not any(state(page, "z"))


def test_dead_dimensions_are_folded(explore):
    page = explore("sixteen")
    assert page.locator(".slider").count() == 16
    information = page.evaluate("[...__vaelab.stores[0].state.frame.arrays.information]")
    dead = sum(value < 0.01 for value in information)
    rows = page.locator(".slider-list").first.locator(".slider")
    order = rows.evaluate_all("rows => rows.map((row) => Number(row.dataset.index))")
    assert [information[index] for index in order] == sorted((x for x in information if x >= 0.01), reverse=True)
    if dead:
        assert page.locator(".slider-fold summary").inner_text().startswith(str(dead))


def test_folded_dimensions_say_why(explore, harness):
    harness.runs["given"] = [dense_frame([12, 8, 16], [4, 4, 1])[0]]
    page = explore("given")
    assert page.locator(".slider-fold summary").inner_text() == "1 slider that does (almost) nothing"
    assert page.locator(".slider-fold .slider").is_hidden()
    page.locator(".slider-fold summary").click()
    assert page.locator(".slider-fold .slider").is_visible()


def test_hover_decodes_and_leaving_restores(explore):
    page = explore("two")
    before = pixels(page)
    x, y = middle(page.locator(".map-stage"))
    page.mouse.move(x + 90, y - 60)
    hover = state(page, "hover")
    np.testing.assert_allclose(pixels(page), expected("two", hover), atol=1)
    assert np.abs(pixels(page) - before).max() > 20
    page.mouse.move(2, 2)
    assert state(page, "hover") is None
    np.testing.assert_array_equal(pixels(page), before)


def test_hover_near_a_point_tells_its_class(explore):
    page = explore("two")
    page.evaluate(FRAME)
    box = page.locator(".map-stage").bounding_box()
    texts = set()
    for share in np.linspace(0.3, 0.7, 12):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.5 * box["height"])
        if (point := state(page, "point")) is not None:
            label = page.evaluate("(at) => __vaelab.stores[0].state.frame.arrays.labels[at]", point)
            texts.add(f"class {label}." in page.locator(".image-note").inner_text())
    assert texts == {True}


def test_click_pins_and_the_pin_can_be_dragged(explore):
    page = explore("two")
    x, y = middle(page.locator(".map-stage"))
    page.mouse.move(x + 70, y + 40)
    hover = state(page, "hover")
    page.mouse.click(x + 70, y + 40)
    assert state(page, "z") == hover
    page.mouse.down()
    page.mouse.move(x - 50, y + 10, steps=4)
    dragged = state(page, "z")
    assert dragged[0] < hover[0] - 0.5
    page.mouse.up()  # On a slow machine, the click may have been reported by now.
    page.wait_for_function("(x) => Math.abs(reported.at(-1)?.[1].z[0] - x) < 1e-4", arg=dragged[0])
    np.testing.assert_allclose(page.evaluate("reported.at(-1)[1].z"), dragged, atol=1e-4)


def test_drag_beside_the_pin_pans_and_keeps_the_code(explore):
    page = explore("two")
    z = state(page, "z")
    x, y = middle(page.locator(".map-stage"))
    page.mouse.move(x + 100, y + 80)
    place = state(page, "hover")
    page.mouse.down()
    page.mouse.move(x + 160, y + 40, steps=5)
    page.mouse.up()
    page.mouse.move(x + 161, y + 40)
    page.mouse.move(x + 160, y + 40)
    np.testing.assert_allclose(state(page, "hover"), place, atol=1e-4)
    assert state(page, "z") == z


def test_wheel_keeps_the_place_under_the_cursor(explore):
    page = explore("two")
    x, y = middle(page.locator(".map-stage"))
    page.mouse.move(x + 100, y + 50)
    before = state(page, "hover")
    page.mouse.wheel(0, -300)
    page.mouse.move(x + 101, y + 50)
    aside = state(page, "hover")
    page.mouse.move(x + 100, y + 50)
    np.testing.assert_allclose(state(page, "hover"), before, atol=1e-4)
    page.get_by_role("button", name="Fit").click()
    page.mouse.move(x + 100, y + 50)
    fitted = state(page, "hover")
    page.mouse.move(x + 101, y + 50)
    assert state(page, "hover")[0] - fitted[0] > 1.2 * (aside[0] - before[0]), "the wheel had zoomed in"


def test_arrows_on_the_map_move_the_pin(explore):
    page = explore("two")
    page.locator(".map-stage").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    np.testing.assert_allclose(state(page, "z"), [0.1, 0.5], atol=1e-6)


def test_legend_isolates_and_adds(explore):
    page = explore("two")
    chip = page.locator(".classes .chip")
    assert chip.count() == 11
    isolated = "[...__vaelab.stores[0].state.isolated]"
    chip.nth(4).click()
    assert page.evaluate(isolated) == [3]
    chip.nth(8).click(modifiers=["Shift"])
    assert page.evaluate(isolated) == [3, 7]
    page.evaluate(FRAME)
    assert [chip.nth(index).get_attribute("aria-pressed") for index in (0, 4, 8)] == ["false", "true", "true"]
    chip.first.click()
    assert page.evaluate(isolated) == []


def test_ends_of_the_interpolation_can_be_set_with_keys(explore):
    page = explore("two", view={"z": [0.5, 0.25]})
    page.locator(".slider-track").first.focus()
    page.keyboard.press("a")
    page.locator(".slider input").first.fill("2")
    page.keyboard.press("Enter")
    page.locator(".slider-track").first.focus()
    page.keyboard.press("b")
    assert state(page, "a") == [0.5, 0.25]
    assert state(page, "b") == state(page, "z")


def test_planes_of_a_larger_space(explore):
    page = explore("sixteen", view={"z": [0.3] * 16})
    kind, across, down = (page.locator(".map-plane select").nth(index) for index in range(3))
    across.select_option("2")
    down.select_option("9")
    assert state(page, "axes") == [2, 9]
    x, y = middle(page.locator(".map-stage"))
    page.mouse.move(x + 60, y - 60)
    hover = np.array(state(page, "hover"))
    np.testing.assert_allclose(np.delete(hover, [2, 9]), 0.3, atol=1e-6)
    assert "not the whole space" in page.locator(".panel-map .panel-about").inner_text()
    kind.select_option("pca")
    assert state(page, "axes") == "pca"
    page.mouse.move(x + 60, y - 61)
    assert np.count_nonzero(np.abs(np.array(state(page, "hover")) - 0.3) > 1e-6) == 16


def test_far_from_the_prior_is_said(explore):
    page = explore("two", view={"z": [3.5, 0.0]})
    page.evaluate(FRAME)
    assert "Outside 3σ" in page.locator(".image-note").inner_text()
