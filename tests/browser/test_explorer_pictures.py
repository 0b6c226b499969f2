"""Sequences are drawn in ink wherever images are drawn in pixels."""

from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tests.browser.harness.frames import dense_frame
from tests.browser.harness.interpreter import decode
from tests.browser.panels import settle
from vaelab.cli import ink

pytestmark = pytest.mark.browser

STROKE = [[0.0, 0.9], [0.5, 1.0], [0.8, 0.6], [0.3, 0.1], [1.0, 0.0]]
PAINT = """async ([values, shape, side, bytes]) => {
  const { paint } = await import("/vaelab/static/pictures.js");
  const canvas = document.createElement("canvas");
  paint(canvas, (bytes ? Uint8Array : Float32Array).from(values.flat(Infinity)), shape, side);
  return [canvas.toDataURL(), "ink" in canvas.dataset];
}"""
GROUND = """async ([values, shape, colour]) => {
  const { paintGround } = await import("/vaelab/static/pictures.js");
  const context = new OffscreenCanvas(120, 60).getContext("2d");
  context.fillRect(0, 0, 120, 60);
  context.clearRect(60, 0, 60, 60);
  paintGround(context, Float32Array.from(values.flat(Infinity)), shape, 60, 0, colour, 60);
  return [...context.getImageData(0, 0, 120, 60).data];
}"""


@pytest.fixture
def blank(page, harness):
    """A page of the server's, to call the modules from."""
    page.goto(f"{harness.address}/")
    return page


def painted(page, values, side=112, bytes_=False) -> tuple[np.ndarray, bool]:
    """Levels [height, width, 4] of one picture, and whether it is marked as ink."""
    array = np.asarray(values)
    address, marked = page.evaluate(PAINT, [array.tolist(), list(array.shape), side, bytes_])
    return levels_of(address), marked


def levels_of(address: str) -> np.ndarray:
    """uint8 [height, width, 4] from a data URL."""
    with Image.open(BytesIO(b64decode(address.split(",")[1]))) as file:
        return np.asarray(file.convert("RGBA"))


def grey(picture: np.ndarray) -> np.ndarray:
    """The levels of an opaque grey picture."""
    assert (picture[..., 3] == 255).all() and (picture[..., :3] == picture[..., :1]).all()
    return picture[..., 0].astype(int)


def place(x: float, y: float, side: int = 112) -> tuple[int, int]:
    """Row and column of a point, the margin 0.12 of the side."""
    return int(side * (0.12 + 0.76 * (1 - y))), int(side * (0.12 + 0.76 * x))


def test_a_pen_stroke_goes_through_its_points_upwards(blank):
    for side in (56, 112, 448):
        levels = grey(painted(blank, STROKE, side)[0])
        assert levels.shape == (side, side)
        for start, end in zip(STROKE[:-1], STROKE[1:], strict=True):
            for share in (0, 0.25, 0.5, 0.75, 1):
                x, y = (np.array(start) * (1 - share) + np.array(end) * share).tolist()
                assert levels[place(x, y, side)] == 255, (side, x, y)
        assert levels[place(0, 0, side)] == levels[place(1, 1, side)] == levels[place(0.1, 0.4, side)] == 0
        assert 0.06 < (levels > 127).mean() < 0.3


def test_a_dot_says_where_the_pen_began(blank):
    line = grey(painted(blank, [[0.2, 0.5], [0.8, 0.5]])[0])
    thick = (line > 127).sum(0)
    assert thick[place(0.2, 0.5)[1]] == pytest.approx(2 * 0.06 * 112, abs=1.5)
    assert thick[place(0.8, 0.5)[1]] == thick[place(0.5, 0.5)[1]] == pytest.approx(0.065 * 112, abs=1.5)


def test_one_feature_is_a_curve_over_the_positions(blank):
    wave = 0.5 + 0.4 * np.sin(np.linspace(0, 2 * np.pi, 48))
    levels = grey(painted(blank, wave[:, None])[0])
    for step in range(48):
        assert levels[place(step / 47, wave[step])] == 255
    assert levels[place(0.25, 0.3)] == levels[place(0.75, 0.7)] == 0


def test_of_more_features_each_is_a_line_and_the_first_the_brightest(blank):
    levels = grey(painted(blank, np.tile([0.9, 0.6, 0.3], (5, 1)))[0])
    lines = [levels[place(0.5, height)] for height in (0.9, 0.6, 0.3)]
    assert lines == pytest.approx([255, 255 * 0.7, 255 * 0.4], abs=2)
    assert levels[place(0.5, 0.45)] == 0


def test_bytes_and_floats_are_drawn_alike_and_cut_off_alike(blank):
    coordinates = np.array(STROKE)
    floats = painted(blank, np.rint(255 * coordinates) / 255)[0]
    np.testing.assert_array_equal(painted(blank, np.rint(255 * coordinates).astype(int), bytes_=True)[0], floats)
    wild = [[-3.0, 0.5], [7.0, 0.5]]
    np.testing.assert_array_equal(painted(blank, wild)[0], painted(blank, [[0, 0.5], [1, 0.5]])[0])
    image = np.array([[[-1.0], [0.25]], [[0.5], [2.0]], [[0.0], [1.0]]])
    np.testing.assert_array_equal(grey(painted(blank, image)[0]), [[0, 64], [128, 255], [0, 255]])
    np.testing.assert_array_equal(grey(painted(blank, [[[7], [255]]], bytes_=True)[0]), [[7, 255]])


def test_no_drawing_leaves_its_square(blank):
    corners = [[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]
    levels = grey(painted(blank, corners)[0])
    border = np.concatenate([levels[:3].ravel(), levels[-3:].ravel(), levels[:, :3].ravel(), levels[:, -3:].ravel()])
    assert border.max() == 0


def test_colour_images_stay_pixels(blank):
    picture, marked = painted(blank, [[[1.0, 0.0, 0.5], [0.0, 1.0, 0.0]]])
    assert picture.tolist() == [[[255, 0, 128, 255], [0, 255, 0, 255]]] and not marked
    assert painted(blank, STROKE)[1]


def test_a_canvas_can_change_from_ink_to_pixels(blank):
    script = """async (stroke) => {
      const { paint } = await import("/vaelab/static/pictures.js");
      const canvas = document.createElement("canvas");
      const seen = [];
      for (const [values, shape] of [[stroke, [5, 2]], [Array(112 * 112).fill(0.5), [112, 112, 1]], [stroke, [5, 2]]]) {
        paint(canvas, Float32Array.from(values.flat(Infinity)), shape);
        const { data } = canvas.getContext("2d").getImageData(0, 0, 112, 112);
        seen.push([canvas.width, "ink" in canvas.dataset, data[0], data[4 * (112 * 21 + 14)]]);
      }
      return seen;
    }"""
    assert blank.evaluate(script, STROKE) == [[112, True, 0, 255], [112, False, 128, 128], [112, True, 0, 255]]


def test_the_page_draws_as_the_commands_do(blank, random):
    for shape in ((8, 2), (48, 1), (20, 4)):
        sequence = random.uniform(size=shape).astype(np.float32)
        if shape[1] != 2:
            sequence = np.cumsum(sequence - 0.5, axis=0) / 6 + 0.5
        apart = np.abs(grey(painted(blank, sequence)[0]) - ink.draw(sequence[None])[0, ..., 0].astype(int))
        # Edges are smoothed differently, nothing else.
        assert apart.mean() < 4 and (apart > 120).mean() < 0.005, shape


def test_on_the_map_ink_has_the_colour_of_the_text_and_stays_in_its_tile(blank):
    data = blank.evaluate(GROUND, [STROKE, [5, 2], [200, 30, 60]])
    picture = np.array(data).reshape(60, 120, 4)
    assert (picture[:, :60] == [0, 0, 0, 255]).all()
    tile = picture[:, 60:]
    assert tile[place(0.5, 1, 60)].tolist() == [200, 30, 60, 255] and tile[place(0, 0, 60)][3] == 0


def test_on_the_map_grey_is_opacity(blank):
    image = [[[0.0], [0.4]], [[0.6], [1.0]]]
    picture = np.array(blank.evaluate(GROUND, [image, [2, 2, 1], [200, 30, 60]])).reshape(60, 120, 4)
    assert picture[:2, 60:62, 3].tolist() == [[0, 102], [153, 255]] and picture[1, 61].tolist() == [200, 30, 60, 255]


def test_the_explorer_shows_sequences_everywhere(explore, harness):
    random = np.random.default_rng(3)
    strokes = random.integers(0, 256, (10, 8, 2), np.uint8)
    pairs = {"originals": strokes, "reconstructions": strokes[::-1]}
    frame, program, arrays = dense_frame([2, 32, 16], [8, 2], arrays_more=pairs)
    harness.runs["strokes"] = [frame]
    code = [0.7, -0.4]
    page = explore("strokes", view={"z": code, "a": [1, 1], "b": [-1, 0.5]})

    def drawn(values) -> np.ndarray:
        return grey(painted(page, np.asarray(values, np.float64).reshape(8, 2))[0])

    def shown(locator) -> np.ndarray:
        assert locator.get_attribute("data-ink") is not None
        assert locator.evaluate("(canvas) => getComputedStyle(canvas).imageRendering") == "auto"
        return grey(levels_of(locator.evaluate("(canvas) => canvas.toDataURL()")))

    large = shown(page.locator(".pixels"))
    np.testing.assert_array_equal(large, grey(painted(page, decode(program, arrays, code).reshape(8, 2), 448)[0]))
    for index in range(10):
        pair = page.locator(".pair").nth(index)
        np.testing.assert_array_equal(shown(pair.locator("canvas").first), drawn(strokes[index] / 255))
        np.testing.assert_array_equal(shown(pair.locator("canvas").last), drawn(strokes[9 - index] / 255))
    settle(page, ".panel-interpolation")
    tiles = page.locator(".panel-interpolation .tile")
    np.testing.assert_array_equal(shown(tiles.first), drawn(decode(program, arrays, [1, 1])))
    np.testing.assert_array_equal(shown(tiles.nth(8)), drawn(decode(program, arrays, [-1, 0.5])))
    assert "Blend value by value" in page.locator(".panel-interpolation").inner_text()
    settle(page, ".panel-samples")
    assert 0.03 < (shown(page.locator(".panel-samples .tile").first) > 127).mean() < 0.4
    page.wait_for_function("document.getElementById('host').shadowRoot.querySelector('.slider-end').width === 112")
    ends = page.locator(".slider[data-index='0'] .slider-end")
    np.testing.assert_array_equal(shown(ends.first), drawn(decode(program, arrays, [-3, code[1]])))
    ground = page.locator(".map-ground")
    assert ground.evaluate("(canvas) => canvas.width") == 20 * 56 and ground.get_attribute("data-ink") is not None
    with page.expect_download() as saved:
        page.locator(".panel-image").get_by_role("button", name="Download").click()
    with Image.open(saved.value.path()) as file:
        np.testing.assert_array_equal(np.asarray(file.convert("L")), large)
