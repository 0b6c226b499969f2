"""From a zip archive on a visitor's disk to a model that trains and can be explored, in at most four clicks."""

import pytest

from tests.browser.app.looking import drag, middle, picture, query, sweep, told, wait_drawn, wait_header
from tests.browser.app.serving import AppServer
from tests.data.own.making import encoded, pixels, zipped

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def own_server(folder):
    """A server whose own data are those of these tests."""
    place = folder / "own-data"
    place.mkdir()
    server = AppServer(place, VAELAB_OWN_DATA=str(place / "own"))
    yield server
    server.stop()


@pytest.fixture
def archive(tmp_path):
    """Coloured pictures of two classes, one of them damaged."""
    file = tmp_path / "my pictures.zip"
    entries = {f"{'warm' if seed % 2 else 'cold'}/{seed}.png": encoded(pixels(seed, 20, 24, 3)) for seed in range(120)}
    given = zipped({**entries, "warm/broken.png": b"\x89PNG\r\n\x1a\nbroken"})
    file.write_bytes(given.file.getvalue())  # type: ignore[attr-defined]
    return file


def test_four_clicks_from_a_zip_to_a_model_that_can_be_explored(own_server, open_page, archive):
    page = open_page(f"{own_server.address}/data", wait=False)
    clicks = 0

    def click(name: str) -> None:
        nonlocal clicks
        page.get_by_role("button", name=name, exact=True).click()
        clicks += 1

    with page.expect_file_chooser() as chooser:
        page.locator("[data-testid=stFileUploader] button").first.click()
        clicks += 1
    chooser.value.set_files(archive)
    page.get_by_text("What will be done").wait_for()
    said = page.locator("[data-testid=stText]").filter(has_text="my pictures is an archive").inner_text()
    for text in ("24 x 20 pixels", "Colours are kept", "cold 60", "warm 60", "96 are for training", "warm/broken.png"):
        assert text in said
    samples = page.get_by_role("img", name="Sample")
    samples.nth(11).wait_for()
    assert samples.count() == 12
    click("Keep these data")
    page.get_by_text("To begin with:").wait_for()
    click("Train this")
    header = wait_header(page, "h.state === 'training' && h.step > 20")
    wait_drawn(page)
    assert clicks <= 4
    assert query(page)["data"][0].startswith("own-") and query(page)["run"] == [header["run"]]
    assert header["recipe"]["data"]["name"] == query(page)["data"][0]
    colours = "(canvas) => { const d = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;"
    colours += " return [canvas.width, canvas.height, d.some((v, i) => i % 4 === 0 && v !== d[i + 1])]; }"
    assert page.locator(".panel-image .pixels").first.evaluate(colours) == [24, 20, True]
    before = picture(page)
    track = page.locator(".slider-track").first
    seen, _ = drag(page, middle(track), sweep(middle(track), (0.4 * track.bounding_box()["width"], 0), count=24))
    assert seen - {before}

    # A second visitor sees them too, deletes them after being asked, and the model stays.
    other = open_page(f"{own_server.address}/data", wait=False)
    other.get_by_text("my pictures", exact=True).wait_for()
    other.get_by_role("button", name="Delete", exact=True).click()
    other.get_by_role("button", name="Delete for good").click()
    other.get_by_text("Nothing yet.").wait_for()
    page.reload()
    wait_drawn(page)
    assert told(page)["run"] == header["run"]


@pytest.mark.parametrize("name", ["page.zip", "page.png", "page.npy", "page.csv"])
def test_a_file_that_is_something_else_gets_a_sentence(name, own_server, open_page, tmp_path):
    (tmp_path / name).write_bytes(b"<script>alert(1)</script>")
    page = open_page(f"{own_server.address}/data", wait=False)
    page.locator("input[type=file]").set_input_files(tmp_path / name)
    alert = page.locator("[data-testid=stAlert]")
    alert.wait_for()
    assert alert.inner_text().strip().endswith(".") and "Traceback" not in page.content()
    assert page.get_by_role("button", name="Keep these data").count() == 0
