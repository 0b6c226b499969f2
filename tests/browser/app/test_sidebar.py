"""Recipes are put together in the sidebar: mistakes are said in words, and what is on show belongs to the choice."""

import pytest
from playwright.sync_api import expect

from tests.browser.app.looking import (
    ENDLESS,
    SHIPPED,
    choose,
    drag,
    middle,
    picture,
    query,
    sweep,
    told,
    train,
    wait_drawn,
    wait_header,
)

pytestmark = pytest.mark.browser

TRAIN = "Train this recipe"


def test_a_wrong_setting_is_said_and_can_be_mended(server, open_page):
    page = open_page(server.address)
    page.get_by_text("Ingredients", exact=True).click()
    hidden = page.get_by_role("textbox", name="Hidden sizes")
    hidden.fill("abc")
    hidden.press("Enter")
    page.get_by_text("Hidden sizes must be whole numbers separated by commas").wait_for()
    assert page.get_by_role("button", name=TRAIN).is_disabled()
    # The reason and the button are in sight however long the form is, and the form scrolls beneath them.
    page.get_by_text("Data and training", exact=True).click()
    for edge in (page.get_by_text("Data", exact=True), page.get_by_text("On show", exact=True)):
        edge.scroll_into_view_if_needed()
        expect(page.get_by_text("Hidden sizes must be whole numbers")).to_be_in_viewport(ratio=1)
        expect(page.get_by_role("button", name=TRAIN)).to_be_in_viewport(ratio=1)

    # What is on show still answers, and its own button says why it cannot train this.
    before = picture(page)
    track = page.locator(".slider-track").first
    seen, _ = drag(page, middle(track), sweep(middle(track), (0.4 * track.bounding_box()["width"], 0)))
    assert len(seen - {before}) >= 2
    page.locator(".transport-main").click()
    page.get_by_test_id("stToast").get_by_text("Hidden sizes must be whole numbers").wait_for()
    assert "run" not in query(page)

    hidden.fill("32, 16")
    hidden.press("Enter")
    page.wait_for_function("decodeURIComponent(location.search).includes('set=backbone.hidden=[32,16]')")
    page.get_by_text("Hidden sizes must be whole numbers").first.wait_for(state="detached")
    assert page.get_by_role("button", name=TRAIN).is_enabled()


BENEATH = """() => {
  const foot = document.querySelector(".st-key-foot"), { activeElement } = document;
  if (!activeElement.closest("[data-testid=stSidebar]") || foot.contains(activeElement)) return false;
  return activeElement.getBoundingClientRect().bottom > foot.getBoundingClientRect().top;
}"""


def test_the_keyboard_reaches_nothing_that_is_beneath_the_button(server, open_page):
    page = open_page(server.address)
    for title in ("Ingredients", "Data and training"):
        page.get_by_text(title, exact=True).click()
    page.get_by_role("textbox", name="Hidden sizes").focus()
    beneath = []
    while page.get_by_role("button", name=TRAIN).evaluate("(button) => button !== document.activeElement"):
        assert len(beneath) < 100, "the button is never reached"
        page.keyboard.press("Tab")
        beneath.append(page.evaluate(BENEATH))
    assert len(beneath) > 20
    assert not any(beneath)


def test_a_page_without_a_form_has_no_sidebar_but_for_the_menu(server, open_page):
    page = open_page(f"{server.address}/compare")
    sidebar = page.get_by_test_id("stSidebar")
    form = sidebar.get_by_role("button", name="Train both")
    for name in ("Runs", "Your data"):
        page.get_by_role("link", name=name, exact=True).click()
        form.wait_for(state="detached")
        expect(sidebar).to_be_hidden()
        page.get_by_role("link", name="AE and VAE").click()
        form.wait_for()
    page.set_viewport_size({"width": 390, "height": 844})  # Here the menu is in it, too.
    page.get_by_test_id("stExpandSidebarButton").click()
    sidebar.get_by_role("link", name="Runs", exact=True).click()
    form.wait_for(state="detached")
    expect(sidebar.get_by_role("link", name="Your data", exact=True)).to_be_visible()


def test_choices_that_do_not_combine_are_said_and_can_be_mended(server, open_page):
    page = open_page(server.address)
    page.get_by_text("Ingredients", exact=True).click()
    choose(page, "Bottleneck", "Point")
    page.get_by_text("GaussianKL needs the bottleneck Gaussian").wait_for()
    assert page.get_by_role("button", name=TRAIN).is_disabled()
    assert told(page)["run"] == SHIPPED
    choose(page, "Bottleneck", "Gaussian")
    page.get_by_text("GaussianKL needs the bottleneck Gaussian").wait_for(state="detached")
    assert page.get_by_role("button", name=TRAIN).is_enabled()


def test_other_data_never_show_the_run_of_the_old(server, open_page):
    page = open_page(f"{server.address}/?{ENDLESS}")
    run = train(page)
    choose(page, "Data", "Shapes")
    page.wait_for_function("location.search.includes('data=shapes') && !location.search.includes('run=')")
    page.get_by_text("No trained example ships for shapes").wait_for()
    assert page.locator(".panel-image .pixels").first.is_hidden()

    choose(page, "Data", "Digits")
    page.wait_for_function("location.search.includes('data=digits')")
    wait_drawn(page)
    found = wait_header(page, "h.state === 'training'")  # It went on, and comes back with its data.
    assert found["run"] == run
    assert query(page)["run"] == [run]


def test_another_preset_shows_an_example_of_its_kind(server, open_page):
    page = open_page(f"{server.address}/?{ENDLESS}&z=1,1")
    run = train(page)
    choose(page, "Preset", "Autoencoder, 2-D")
    page.wait_for_function("location.search.includes('preset=ae_2d')")
    assert wait_header(page, f"h.run !== '{run}'")["run"] == "digits-ae-2d"
    assert not {"run", "z", "set"} & set(query(page))
    page.get_by_role("button", name=TRAIN).click()
    second = wait_header(page, "h.state === 'training' || h.state === 'finished'")
    assert second["recipe"]["bottleneck"]["kind"] == "Point"
    assert second["steps"] == 300 * 11  # Long enough to be watched.
    assert query(page)["run"] == [second["run"]]


def test_the_buttons_of_a_number_change_its_leading_digit(server, open_page):
    page = open_page(server.address)
    page.get_by_text("Data and training", exact=True).click()
    rate = page.get_by_test_id("stNumberInput").filter(has_text="Learning rate")
    rate.get_by_test_id("stNumberInputStepUp").click()
    page.wait_for_function("location.search.includes('training.learning_rate%3D0.0011')")
    rate.get_by_test_id("stNumberInputStepDown").click()
    page.wait_for_function("!location.search.includes('learning_rate')")
