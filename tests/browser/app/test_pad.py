"""A digit drawn in the app while a model learns: it is encoded by the newest weights, and the run goes on."""

import pytest

from tests.browser.app.looking import ENDLESS, told, train, wait_header
from tests.browser.pad import DRAWN, SHAPES, draw, open_pad

pytestmark = pytest.mark.browser


def test_a_digit_is_drawn_while_a_run_trains(server, open_page):
    page = open_page(f"{server.address}/?{ENDLESS}")
    train(page)
    open_pad(page)
    draw(page, SHAPES[0])
    page.wait_for_function(DRAWN)
    first = page.evaluate(f"Array.from({DRAWN}.code)")
    assert all(abs(value) < 100 for value in first)
    # The marker follows the weights; the walk keeps what it was given.
    page.get_by_role("button", name="Start of walk").click()
    start = page.evaluate("Array.from(window.__vaelab.stores[0].state.a)")
    page.wait_for_function(f"({DRAWN}?.code ?? []).length && {DRAWN}.code[0] !== {first[0]}")
    assert page.evaluate("Array.from(window.__vaelab.stores[0].state.a)") == start
    page.wait_for_function("location.search.includes('z=')")
    step = told(page)["step"]
    assert wait_header(page, f"h.step > {step}")["state"] == "training"
