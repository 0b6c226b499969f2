"""Sixteen betas under one dial: turned with the mouse, trained together, kept in the address."""

import time

import pytest

from tests.browser.app.looking import LONG, code, drag, picture, query, told, transport, wait_header

pytestmark = pytest.mark.browser

SMALL = "data=digits&preset=vae_2d&set=backbone.hidden%3D%5B16%5D"


def restored(page):
    """The held-out example as each model makes it, all of its pixels."""
    return page.locator(".dial-strip .tile").evaluate_all("(tiles) => tiles.map((tile) => tile.toDataURL())")


def beta(page):
    """The beta of the run on show."""
    return told(page)["recipe"]["objective"]["penalties"][0]["weight"]


def place(page, index):
    """Where the thumb is when the dial stands at a place."""
    box = page.locator(".dial-range").bounding_box()
    return box["x"] + 8 + (box["width"] - 16) * index / 15, box["y"] + box["height"] / 2


def test_turning_the_dial_shows_the_model_of_each_beta(server, open_page):
    page = open_page(f"{server.address}/dial")
    deadline = time.monotonic() + LONG / 1000
    while len(set(restored(page))) < 12 and time.monotonic() < deadline:  # Those that have collapsed look alike.
        page.wait_for_timeout(100)
    assert len(restored(page)) == 16 and len(set(restored(page))) >= 12
    assert beta(page) == 1 and page.locator(".dial-reading").inner_text() == "beta 1"
    at = code(page)
    seen, _ = drag(page, place(page, 8), [place(page, 8 - step / 6) for step in range(49)])
    page.wait_for_function("window.__vaelab.stores[0].state.dial === 0")
    page.get_by_text("a plain autoencoder, sharp, but with holes").wait_for()
    assert beta(page) == 0 and len(seen) > 1  # The image followed the hand.
    sharp = picture(page)
    page.keyboard.press("End")  # The thumb has the focus.
    page.get_by_text("The posterior has collapsed").wait_for()
    assert beta(page) == 16 and picture(page) != sharp and code(page) == at
    page.wait_for_function("location.search.includes('dial=15')")
    page.locator(".dial-strip .tile").nth(3).click()
    page.wait_for_function("location.search.includes('dial=3')")
    page.go_back()
    page.wait_for_function("window.__vaelab.stores[0].state.dial === 15")
    page.go_back()  # Where nobody had turned it yet.
    page.wait_for_function("!location.search.includes('dial=')")
    page.wait_for_function("window.__vaelab.stores[0].state.dial === null")
    assert beta(page) == 1
    page.go_forward()
    page.go_forward()
    page.wait_for_function("window.__vaelab.stores[0].state.dial === 3")
    assert beta(page) == 0.1
    page.reload()
    page.wait_for_function("window.__vaelab?.stores[0]?.state.frame?.header.run.endsWith('-04')", timeout=LONG)
    assert beta(page) == 0.1


def test_playing_goes_from_the_first_beta_to_the_last_and_stops_at_a_touch(server, open_page):
    page = open_page(f"{server.address}/dial?dial=13")
    page.locator(".panel-dial").get_by_role("button", name="Play").click()
    page.wait_for_function("window.__vaelab.stores[0].state.dial === 15")
    page.locator(".panel-dial").get_by_role("button", name="Play").click()  # From the end, it begins again.
    page.wait_for_function("window.__vaelab.stores[0].state.dial === 2")
    page.mouse.click(*place(page, 8))
    assert page.locator(".panel-dial").get_by_role("button", name="Play").is_visible()
    page.wait_for_function("window.__vaelab.stores[0].state.dial === 8")


def test_all_betas_are_trained_at_once(server, open_page):
    page = open_page(f"{server.address}/dial?{SMALL}&set=training.epochs%3D100000")
    page.get_by_test_id("stSidebar").get_by_role("button", name="Train 16 betas").click()
    first = wait_header(page, "h.state === 'training' && h.step > 20")
    assert first["recipe"]["objective"]["penalties"][0]["weight"] == 1  # The dial stays where it was.
    assert query(page)["sweep"] != [first["run"]]  # Which is named after its first run.
    at = told(page)["step"]
    page.mouse.click(*place(page, 0))
    page.wait_for_function("window.__vaelab.stores[0].state.dial === 0")
    assert beta(page) == 0
    wait_header(page, f"h.state === 'training' && h.step > {at}")
    transport(page, "Pause").click()
    wait_header(page, "h.state === 'paused'")
    page.mouse.click(*place(page, 12))
    paused = wait_header(page, "h.state === 'paused' && h.recipe.objective.penalties[0].weight === 4")
    page.keyboard.press("s")  # One batch, in all of them.
    wait_header(page, f"h.step === {paused['step'] + 1}")
    page.reload()
    wait_header(page, f"h.state === 'paused' && h.step === {paused['step'] + 1}")
    transport(page, "Stop").click()
    wait_header(page, "h.state === 'stopped'")
    assert page.get_by_test_id("stException").count() == 0


def test_without_a_beta_there_is_nothing_to_turn(server, open_page):
    page = open_page(f"{server.address}/dial?{SMALL}&set=bottleneck=Point&set=objective.penalties=%5B%5D&sweep=gone")
    page.get_by_text("The sweep of this address does not exist any more").wait_for()
    assert page.locator(".panel-knobs").count() == 0
    assert page.get_by_test_id("stException").count() == 0
    missing = open_page(f"{server.address}/dial?data=waves&preset=vae_2d", wait=False)
    missing.get_by_text("No trained sweep ships for waves").wait_for()
