"""The page of all runs as a visitor uses it: with the mouse on the table, two browsers, a file from another machine."""

import json
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Error

from tests.browser.app.looking import LONG, code, middle, picture, query, told, wait_drawn
from tests.live.helpers import stored_run
from vaelab.checkpoints import label_run, pack_run, shares_of
from vaelab.cli.origin import read_origin

pytestmark = pytest.mark.browser
EVIL = "<img src=x onerror=alert(1)> ](javascript:alert(1))"
ROW, BOX = 35, 17  # Pixels of a row, and from its edges to the middle of its box.


@pytest.fixture
def stocked(server):
    """A server with two runs of its own."""
    for name, title in (("first", EVIL), ("second", "Second")):
        if not (server.runs / name).exists():
            stored_run(server.runs / name)
        label_run(server.runs / name, title=title, note="stocked")
    return server


def open_runs(open_page, server, **settings):
    page = open_page(f"{server.address}/runs", wait=False, **settings)
    page.on("dialog", lambda dialog: pytest.fail(f"A dialog opened: {dialog.message}"))
    page.set_default_timeout(LONG / 4)
    page.get_by_test_id("stDataFrame").first.wait_for()
    return page


def find(page, words, count):
    """Narrow the list to so many runs."""
    box = page.get_by_role("textbox", name="Find")
    box.fill(words)
    box.press("Enter")
    page.get_by_test_id("stCaptionContainer").get_by_text(f"{count} run").wait_for()


def pick(page, row):
    """Click the box at the left of a row, once the table has stood still: it may just be drawn anew."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    table, before = page.get_by_test_id("stDataFrame").first, None
    for _ in range(50):
        try:
            table.scroll_into_view_if_needed()
        except Error:
            continue  # It was taken out of the page in this very moment.
        box = table.bounding_box()
        if box and box == before:
            break
        before = box
        page.wait_for_timeout(200)
    page.mouse.click(box["x"] + BOX, box["y"] + ROW * (row + 1) + BOX)


def test_a_run_is_picked_deleted_and_brought_back(stocked, open_page):
    page = open_runs(open_page, stocked)
    find(page, "second", 1)
    pick(page, 0)
    page.get_by_role("textbox", name="Title").wait_for()
    assert page.get_by_role("textbox", name="Title").input_value() == "Second"
    page.get_by_role("button", name="Delete").click()
    page.get_by_text("Deleted: Second").wait_for()
    assert not (stocked.runs / "second").exists()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Deleted: Second").wait_for(state="detached")
    assert (stocked.runs / "second" / "recipe.json").is_file()


def test_names_of_a_run_are_text_wherever_they_stand(stocked, open_page):
    page = open_runs(open_page, stocked)
    find(page, "javascript:alert", 1)
    pick(page, 0)
    page.get_by_role("textbox", name="Title").wait_for()
    assert page.get_by_role("textbox", name="Title").input_value() == EVIL
    page.locator(".vaelab").get_by_text(EVIL).wait_for()  # The legend of the chart.
    assert page.locator("img[src=x], a[href^=javascript]").count() == 0


def test_curves_are_compared_under_the_pointer_and_with_the_keys(stocked, open_page):
    page = open_runs(open_page, stocked)
    find(page, "stocked", 2)
    pick(page, 0)
    page.get_by_role("button", name="Export").wait_for()
    pick(page, 1)
    page.get_by_role("button", name="Delete 2 runs").wait_for()
    chart = page.locator(".vaelab .chart")
    where = page.locator(".vaelab .curve-step")
    where.filter(has_text="at the end").wait_for()
    page.mouse.move(*middle(chart))
    where.filter(has_text=re.compile(r"step (19|2\d)")).wait_for()
    page.mouse.move(5, 5)
    chart.focus()
    page.keyboard.press("Home")
    where.filter(has_text="step 0").wait_for()
    page.keyboard.press("End")
    where.filter(has_text="step 40").wait_for()


def test_a_run_opens_in_the_playground_and_its_copy_with_its_recipe(stocked, open_page):
    page = open_runs(open_page, stocked)
    find(page, "second", 1)
    pick(page, 0)
    page.get_by_role("button", name="Open in the playground").click()
    wait_drawn(page)
    assert told(page)["run"] == "second" and query(page)["run"] == ["second"]
    page.get_by_role("link", name="Runs").click()
    page.get_by_role("button", name="Change a copy").or_(page.get_by_test_id("stDataFrame")).first.wait_for()
    find(page, "second", 1)
    if not page.get_by_role("button", name="Change a copy").count():
        pick(page, 0)
    page.get_by_role("button", name="Change a copy").click()
    wait_drawn(page)
    sidebar = page.get_by_test_id("stSidebar")
    assert sidebar.get_by_role("spinbutton", name="Seed").input_value() == "3"
    assert "run" not in query(page) and "backbone.hidden=[8]" in query(page)["set"]


def test_a_run_comes_from_another_machine_and_damage_is_said(stocked, open_page, tmp_path):
    label_run(stored_run(tmp_path / "elsewhere"), title="From elsewhere")
    content = pack_run(tmp_path / "elsewhere")
    page = open_runs(open_page, stocked)
    page.get_by_role("button", name="Import").first.click()
    upload = page.locator("input[type=file]")
    upload.set_input_files({"name": "a.zip", "mimeType": "application/zip", "buffer": content[:-9]})
    page.get_by_role("button", name="Import this run").click()
    page.get_by_text("is not the file of a run").wait_for()
    upload.set_input_files({"name": "b.zip", "mimeType": "application/zip", "buffer": content})
    page.get_by_text("b.zip").first.wait_for()
    page.get_by_role("button", name="Import this run").click()
    page.get_by_role("textbox", name="Title").wait_for()
    assert page.get_by_role("textbox", name="Title").input_value() == "From elsewhere"
    page.keyboard.press("Escape")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Export").click()
    with open(saved.value.path(), "rb") as file:
        assert file.read() == content


def test_promise_19_a_share_link_in_another_browser_only_looks(stocked, open_page):
    page = open_runs(open_page, stocked)
    find(page, "second", 1)
    pick(page, 0)
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_text("share=", exact=False).first.inner_text().strip()
    assert link.startswith(stocked.address)
    other = open_page(link)
    header = told(other)
    assert header["run"] == link.partition("share=")[2] and "Second" in other.inner_text("body")
    assert other.locator(".transport").get_by_role("button").all_inner_texts() == ["Keys"]
    for name in ("Train", "Train this recipe", "Stop", "Step", "Pause", "Resume"):
        assert other.get_by_role("button", name=name, exact=True).count() == 0, name
    assert other.locator(".panel-knobs, .transport-buttons").count() == 0
    assert other.get_by_role("link", name="Runs").count() == 0 and not other.get_by_test_id("stSidebar").is_visible()
    other.locator(".slider-track").first.click(position={"x": 30, "y": 5})
    other.wait_for_function("/z=-?[0-9]/.test(location.search)")
    assert f"share={header['run']}" in other.url and code(other)[0] != 0
    again = open_page(other.url)
    assert picture(again) == picture(other)
    # Saved from a shared view, a picture does not give the link away.
    with other.expect_download() as saved:
        other.locator(".panel-samples").get_by_role("button", name="Download PNG").click()
    origin = read_origin(saved.value.path())
    assert "run" not in origin and header["run"] not in json.dumps(origin)
    page.get_by_role("button", name="Withdraw").click()
    other.wait_for_function("window.__vaelab.stores[0].state.connection === 'refused'", timeout=LONG)
    assert shares_of(stocked.runs / "second") == []
    gone = open_page(link, wait=False)
    gone.get_by_text("There is nothing at this link").wait_for()
    assert gone.locator(".vaelab").count() == 0


def test_saved_pictures_say_how_they_were_made(stocked, open_page):
    view = "z=0.5,-1.25&noise=7&temperature=0.8&grid=4&a=1,0&b=-1,0"
    page = open_page(f"{stocked.address}/?data=digits&run=second&{view}")
    wanted = {
        "image": {"made": "decode"},
        "samples": {"made": "sample", "seed": 7, "temperature": 0.8, "density": "normal"},
        "interpolation": {"made": "interpolate", "path": "linear"},
    }
    found = {}
    for panel, said in wanted.items():
        with page.expect_download() as saved:
            page.locator(f".panel-{panel}").get_by_role("button", name="Download").click()
        origin = found[panel] = read_origin(saved.value.path())
        assert origin.items() >= {**said, "run": "second", "step": 30, "trained_by": "vaelab train"}.items()
        assert origin["recipe"]["backbone"]["hidden"] == [8]
        with Image.open(saved.value.path()) as image:
            image.load()
            assert image.width > 8
    assert found["image"]["z"] == [[0.5, -1.25]]
    assert np.shape(found["samples"]["z"]) == (16, 2)
    walk = np.array(found["interpolation"]["z"])
    np.testing.assert_allclose(walk[[0, -1]], [[1, 0], [-1, 0]])


@pytest.mark.parametrize("hide", [["menu", "sidebar"], ["transport", "knobs", "curves"], ["map", "samples", "sliders"]])
def test_a_lesson_leaves_out_what_its_address_names(stocked, open_page, hide):
    page = open_page(f"{stocked.address}/?data=digits&hide={','.join(hide)}&z=1,1")
    seen = {
        "menu": page.get_by_role("link", name="AE and VAE"),
        "sidebar": page.get_by_test_id("stSidebar").get_by_role("button", name="Train this recipe"),
        "transport": page.locator(".transport"),
        "curves": page.locator(".panel-curves"),
        "map": page.locator(".map-stage"),
        "samples": page.locator(".panel-samples"),
        "sliders": page.locator(".slider-track").first,
    }
    for name, part in seen.items():
        assert part.first.is_visible() == (name not in hide), name


def test_what_a_lesson_cannot_hide_is_said(stocked, open_page):
    page = open_page(f"{stocked.address}/?data=digits&hide=map,everything")
    page.get_by_text("The address hides 'everything', which is not here").wait_for()
