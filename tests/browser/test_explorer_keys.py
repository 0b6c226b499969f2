"""The list of the keys, and that it leaves nothing else to the keyboard while it is open."""

import pytest

from tests.browser.harness.looking import state

pytestmark = pytest.mark.browser


def test_a_question_mark_opens_the_list_and_escape_closes_it(explore):
    page = explore("two", view={"z": [0.5, 0.25]})
    track = page.locator(".slider-track").first
    track.focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    assert "Pause or resume the training" in dialog.inner_text()
    page.keyboard.press("r")
    assert state(page, "z") == [0.5, 0.25], "no key acts behind the list"
    for _ in range(4):
        page.keyboard.press("Tab")
        assert not track.evaluate("(node) => node.matches(':focus')")
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert track.evaluate("(node) => node.matches(':focus')"), "the focus is back where it was"


@pytest.mark.parametrize("mode", ["explore", "compare"])
def test_the_button_opens_the_same_list(explore, mode):
    page = explore("two", mode=mode, runs=["two", "point"])
    page.get_by_role("button", name="Keys", exact=True).click()
    dialog = page.get_by_role("dialog", name="Keys")
    dialog.wait_for()
    dialog.get_by_role("button", name="Close").click()
    dialog.wait_for(state="hidden")


def test_a_typed_question_mark_is_text(explore):
    page = explore("two")
    page.get_by_label("Seed", exact=True).focus()
    page.keyboard.press("?")
    assert page.get_by_role("dialog").count() == 0
