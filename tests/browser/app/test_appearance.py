"""Narrow, dark, and without a mouse."""

import pytest
from playwright.sync_api import expect

from tests.browser.app.looking import code, picture, wait_drawn

pytestmark = pytest.mark.browser

WIDTHS = "[document.documentElement.scrollWidth, document.querySelector('.stMain').scrollWidth, innerWidth]"
FOCUSED = """() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element?.getAttribute("aria-label") ?? "";
}"""
# How light a colour is, from 0 to 1.
LIGHTNESS = """(element) => {
  const [red, green, blue] = getComputedStyle(element).backgroundColor.match(/\\d+/g).map(Number);
  return (0.3 * red + 0.6 * green + 0.1 * blue) / 255;
}"""


def inside(page, locator) -> bool:
    """Whether an element lies in the window as a whole."""
    box, size = locator.bounding_box(), page.viewport_size
    assert box
    return (
        box["x"] >= 0 and box["y"] >= 0
        and box["x"] + box["width"] <= size["width"] and box["y"] + box["height"] <= size["height"]
    )  # fmt: skip


@pytest.mark.parametrize("path", ["", "compare"])
def test_a_narrow_window_has_all_within_its_width(server, open_page, path):
    page = open_page(f"{server.address}/{path}", width=390, height=844)
    for width, height in [(390, 844), (320, 640), (768, 900)]:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)  # The panels find their new places.
        document, main, window = page.evaluate(WIDTHS)
        assert max(document, main) <= window, width
        assert inside(page, page.locator(".panel-image .pixels").first), width
        assert inside(page, page.locator(".transport-main")), width


def test_the_dark_theme_is_dark_everywhere(server, open_page):
    page = open_page(server.address, color_scheme="dark")
    for part in (".stApp", ".stSidebar", ".vaelab", ".map-stage", ".slider input", ".vaelab .button"):
        assert page.locator(part).first.evaluate(LIGHTNESS) < 0.25, part
    light = open_page(server.address, color_scheme="light")
    assert light.locator(".vaelab").evaluate(LIGHTNESS) > 0.9
    assert picture(page) == picture(light)  # The image is data: no theme changes it.


def test_a_code_can_be_set_with_the_keyboard_alone(server, open_page):
    page = open_page(server.address)
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == "Latent z1":
            break
    assert page.evaluate(FOCUSED) == "Latent z1"
    before, track = picture(page), page.locator(".slider-track").first
    for key, value in [("ArrowRight", 0.1), ("ArrowRight", 0.2), ("ArrowLeft", 0.1), ("Shift+ArrowRight", 0.6)]:
        page.keyboard.press(key)
        expect(track).to_have_attribute("aria-valuenow", str(value))
    assert picture(page) != before
    page.wait_for_function("location.search.includes('z=0.6')")
    assert page.evaluate(FOCUSED) == "Latent z1"  # The focus outlives the run of the script.
    page.reload()
    wait_drawn(page)
    assert code(page) == pytest.approx([0.6, 0])
