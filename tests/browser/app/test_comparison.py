"""An autoencoder and a VAE under one cursor."""

import re

import pytest

from tests.browser.app.looking import ENDLESS, choose, picture, query, told, wait_header

pytestmark = pytest.mark.browser

HOVERED = """() => window.__vaelab.stores.map(({ state }) => state.hover && Array.from(state.hover).join())"""


def test_hovering_one_map_draws_both_images(server, open_page):
    page = open_page(f"{server.address}/compare")
    assert [told(page, store)["run"] for store in (0, 1)] == ["digits-ae-2d", "digits-vae-2d"]
    before = [picture(page, side) for side in (0, 1)]
    for stage in (page.locator(".map-stage").first, page.locator(".map-stage").last):
        box = stage.bounding_box()
        page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.4 * box["height"])
        page.mouse.move(box["x"] + 0.65 * box["width"], box["y"] + 0.6 * box["height"], steps=8)
        page.wait_for_function(f"(() => {{ const [a, b] = ({HOVERED})(); return a && a === b; }})()")
        page.wait_for_timeout(100)
        after = [picture(page, side) for side in (0, 1)]
        assert after[0] != before[0]
        assert after[1] != before[1]
        before = after


def test_the_hole_meter_shows_its_numbers(server, open_page):
    page = open_page(f"{server.address}/compare")
    values = page.locator(".panel-holes .hole-value").all_inner_texts()
    assert len(values) == 4
    assert all(re.match(r"\d", value) for value in values), values
    autoencoder, vae = (int(value.removesuffix("%")) for value in values[:2])
    assert vae < autoencoder


def test_train_both_starts_two_runs_that_are_shown_together(server, open_page):
    page = open_page(f"{server.address}/compare?{ENDLESS}")
    page.get_by_test_id("stSidebar").get_by_role("button", name="Train both").click()
    found = [wait_header(page, "h.state === 'training' && h.step > 50", store) for store in (0, 1)]
    assert [query(page)[name] for name in ("a_run", "b_run")] == [[one["run"]] for one in found]
    weights = [one["recipe"]["objective"]["penalties"][0]["weight"] for one in found]
    assert weights == [0, 1]
    assert found[0]["recipe"]["backbone"] == found[1]["recipe"]["backbone"]
    page.locator(".transport").get_by_role("button", name="Pause both").click()
    for store in (0, 1):
        wait_header(page, "h.state === 'paused'", store)
    page.locator(".transport").get_by_role("button", name="Stop both").click()
    for store in (0, 1):
        wait_header(page, "h.state === 'stopped'", store)


def test_without_a_vae_there_is_nothing_to_compare(server, open_page):
    page = open_page(f"{server.address}/compare")
    page.get_by_text("Ingredients", exact=True).click()
    choose(page, "Bottleneck", "Point")
    page.get_by_text("GaussianKL needs the bottleneck Gaussian").wait_for()
    assert page.get_by_test_id("stSidebar").get_by_role("button", name="Train both").is_disabled()
    page.locator(".transport-main").click()
    page.get_by_test_id("stToast").wait_for()
    assert page.get_by_test_id("stException").count() == 0
    assert "a_run" not in query(page)
