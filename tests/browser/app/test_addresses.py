"""An address is all there is to a link: it brings back the same image, and nonsense in it breaks nothing."""

import re

import pytest

from tests.browser.app.looking import (
    SHIPPED,
    code,
    drag,
    middle,
    picture,
    query,
    sweep,
    told,
    train,
    transport,
    wait_drawn,
    wait_header,
)

pytestmark = pytest.mark.browser


def sentences(page) -> str:
    """All that the page says in boxes."""
    return " ".join(page.get_by_test_id("stAlert").all_inner_texts())


def test_a_link_shows_the_same_image_to_someone_else(server, open_page):
    page = open_page(server.address)
    for index in range(2):
        track = page.locator(".slider-track").nth(index)
        start = middle(track)
        reach = (-0.25 if index else 0.37) * track.bounding_box()["width"]
        drag(page, start, sweep(start, (reach, 0), count=12))
    page.wait_for_function("location.search.includes('z=') && !location.search.includes('%2C0&')")
    page.wait_for_function("decodeURIComponent(location.search).includes("
                           "[...window.__vaelab.stores[0].state.z].map((v) => +v.toFixed(2)).join())")  # fmt: skip
    other = open_page(page.url)
    assert code(other) == code(page)
    assert picture(other) == picture(page)
    assert query(other)["z"] == query(page)["z"]


@pytest.mark.parametrize("run", ["0123456789abcdef", "..%2F..%2Fetc%2Fpasswd", "a" * 3000])
def test_an_unknown_run_gets_a_sentence_and_a_trained_example(server, open_page, run):
    page = open_page(f"{server.address}/?run={run}")
    assert told(page)["run"] == SHIPPED
    assert "does not exist any more" in sentences(page)
    assert page.get_by_test_id("stException").count() == 0


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("z=foo", "no numbers for z,"),
        ("seed=-5&noise=x", "no numbers for seed and noise,"),
        ("preset=resnet", "There is no preset 'resnet'"),
        ("data=imagenet", "imagenet"),
        ("set=backbone.depth%3D3", "has no field 'depth'"),
        ("set=backbone.hidden%3Dabc", "hidden"),
        ("preset=**[here](/elsewhere)**", "There is no preset '**[here](/elsewhere)**'"),
    ],
)
def test_nonsense_in_an_address_gets_a_sentence_and_the_page_works(server, open_page, address, sentence):
    page = open_page(f"{server.address}/?{address}")
    page.get_by_test_id("stAlert").first.wait_for()
    assert sentence in sentences(page)
    assert page.get_by_test_id("stException").count() == 0
    assert page.locator("a[href*=elsewhere]").count() == 0
    before = picture(page)
    track = page.locator(".slider-track").first
    seen, _ = drag(page, middle(track), sweep(middle(track), (0.3 * track.bounding_box()["width"], 0), count=24))
    assert seen - {before}
    page.wait_for_function("/z=[0-9]/.test(location.search)")
    assert page.get_by_role("button", name="Train this recipe").is_enabled()


def test_the_sentence_about_an_address_goes_with_the_next_choice(server, open_page):
    page = open_page(f"{server.address}/?preset=resnet")
    page.get_by_text("There is no preset").wait_for()
    seed = page.get_by_test_id("stSidebar").get_by_role("spinbutton", name="Seed")
    seed.fill("4")
    seed.press("Enter")
    page.get_by_text("There is no preset").wait_for(state="detached")
    page.wait_for_function("location.search.includes('seed=4')")


def test_a_run_is_found_again_after_a_look_at_the_other_page(server, open_page):
    page = open_page(f"{server.address}/?data=digits&set=training.epochs%3D100000&set=backbone.hidden%3D64")
    run = train(page)
    page.get_by_role("link", name="AE and VAE").click()
    page.wait_for_function("window.__vaelab.stores.length === 2")
    wait_drawn(page)
    assert "run" not in query(page)
    page.get_by_role("link", name="Playground").click()
    page.wait_for_function("window.__vaelab.stores.length === 1")
    wait_drawn(page)
    assert wait_header(page, "h.state === 'training'")["run"] == run
    assert query(page)["run"] == [run]
    transport(page, "Stop").click()
    wait_header(page, "h.state === 'stopped'")


def test_one_step_back_in_the_browser_per_drag(server, open_page):
    page = open_page(server.address)
    track = page.locator(".slider-track").first
    box = track.bounding_box()
    left, top = box["x"], box["y"] + box["height"] / 2
    for share in (0.7, 0.9):
        length = page.evaluate("history.length")
        page.mouse.click(left + share * box["width"], top)
        page.wait_for_function(f"history.length > {length}")
        page.wait_for_timeout(500)
        assert page.evaluate("history.length") == length + 1
    last = code(page)
    page.go_back()
    page.wait_for_function(f"window.__vaelab.stores[0].state.z[0] < {last[0] - 0.5}")
    assert re.search(r"z=\d", page.url)
