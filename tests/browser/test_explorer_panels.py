"""Noise, samples of the prior, and the walk between two codes, in a real browser."""

import numpy as np
import pytest
from PIL import Image
from scipy.special import erf
from scipy.stats import norm

from tests.browser.panels import FIND, FRAMES, READ, STATE, jax_normal, pictures, settle, state

pytestmark = pytest.mark.browser


@pytest.fixture
def module(page, harness):
    """Calls a function of one of the explorer's modules with plain arguments and gives its plain result."""
    page.goto(harness.address)

    def call(file: str, function: str, *arguments):
        return page.evaluate(
            """async ([file, name, given]) => {
              const typed = (value) => Array.isArray(value) ? Float32Array.from(value) : value;
              const result = (await import(`/vaelab/static/${file}`))[name](...given.map(typed));
              return ArrayBuffer.isView(result) ? Array.from(result) : result;
            }""",
            [file, function, list(arguments)],
        )

    return call


@pytest.mark.parametrize(("seed", "count", "size"), [(0, 64, 2), (7, 100, 16), (123456789, 3000, 8), (2**31 - 1, 5, 1)])
def test_noise_is_jax_noise(module, seed, count, size):
    drawn = np.array(module("noise.js", "normal", seed, count, size)).reshape(count, size)
    np.testing.assert_allclose(drawn, jax_normal(seed, count, size), atol=1e-6, rtol=0)


def test_a_larger_grid_keeps_the_noise_of_a_smaller_one(module):
    small, large = module("noise.js", "normal", 3, 16, 2), module("noise.js", "normal", 3, 100, 2)
    assert large[:32] == small


def test_error_function_and_quantile_agree_with_scipy(module):
    for x in np.linspace(-4, 4, 17):
        assert module("noise.js", "erf", x) == pytest.approx(erf(x), abs=2e-7)
    for p in [1e-6, 0.01, 0.2, 0.5, 0.77, 0.99, 1 - 1e-6]:
        assert module("noise.js", "normalQuantile", p) == pytest.approx(norm.ppf(p), rel=1e-7, abs=1e-9)
    assert module("noise.js", "normalQuantile", 1) == float("inf")


def test_paths_between_codes_follow_their_formulas(module):
    random = np.random.default_rng(0)
    a, b = random.normal(size=(2, 16))
    angle = np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    for t in [0, 0.25, 0.5, 1]:
        straight, round_ = (np.array(module("noise.js", path, list(a), list(b), t)) for path in ("lerp", "slerp"))
        np.testing.assert_allclose(straight, (1 - t) * a + t * b, atol=1e-6)
        want = (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)
        np.testing.assert_allclose(round_, want, atol=1e-6)
    np.testing.assert_allclose(module("noise.js", "slerp", [0.0, 0.0], [2.0, 0.0], 0.5), [1, 0])


def test_the_grid_depends_on_the_seed_alone(explore):
    page = explore("two")
    seed = page.get_by_label("Seed", exact=True)
    first = pictures(page)
    assert len(first) == 64 and len(set(first)) > 60
    seed.fill("5")
    seed.press("Enter")
    other = pictures(page)
    assert sum(one != two for one, two in zip(first, other, strict=True)) > 60
    seed.fill("0")
    seed.press("Enter")
    assert pictures(page) == first
    page.get_by_label("Grid size").select_option("4")
    assert pictures(page) == first[:16]


def test_temperature_zero_repeats_one_image_while_the_slider_is_held(explore):
    page = explore("two")
    settle(page)
    page.get_by_label("Temperature", exact=True).evaluate(
        "(e) => { e.value = 0; e.dispatchEvent(new Event('input')); }"
    )
    page.wait_for_timeout(50)
    assert len(set(pictures(page))) == 1
    assert page.locator(".panel-samples .reading").inner_text() == "0.00 × N(0, I)"


def test_a_tile_gives_its_code_to_everybody(explore):
    page = explore("two")
    settle(page)
    tile = page.locator(".panel-samples .tile").nth(10)
    counted = page.evaluate("__vaelab.latencies.length")
    tile.hover()
    page.wait_for_function(f"{STATE.format(0)}.hover && __vaelab.latencies.length > {counted}")
    want = jax_normal(0, 64, 2)
    np.testing.assert_allclose(state(page, "hover"), want[10], atol=1e-6)
    tile.click()
    np.testing.assert_allclose(state(page, "z"), want[10], atol=1e-6)
    page.mouse.move(5, 5)
    page.wait_for_function("window.reported.length > 0")
    assert state(page, "hover") is None


def test_tiles_are_walked_with_the_arrow_keys(explore):
    page = explore("two")
    settle(page)
    tiles = page.locator(".panel-samples .tile")
    assert page.locator(".panel-samples .tile[tabindex='0']").count() == 1
    tiles.first.focus()
    for key in ["ArrowRight", "ArrowDown", "Enter"]:
        page.keyboard.press(key)
    np.testing.assert_allclose(state(page, "z"), jax_normal(0, 64, 2)[9], atol=1e-6)
    page.keyboard.press("n")
    assert state(page, "seed") != 0


def test_the_grid_is_part_of_a_link(explore):
    page = explore("two", view={"grid": 5})
    assert len(pictures(page)) == 25
    page.get_by_label("Grid size").select_option("6")
    page.wait_for_function("window.reported.length === 1")
    assert page.evaluate("window.reported[0][1].grid") == 6
    page = explore("two", view={"grid": 11})
    assert len(pictures(page)) == 64


def test_an_autoencoder_says_that_it_has_no_prior(explore):
    page = explore("point")
    assert "no prior" in page.locator(".panel-samples .panel-about").inner_text()
    assert "no sphere" in page.locator("#spherical-reason").inner_text()


def test_the_grid_is_downloaded_enlarged(explore):
    page = explore("two")
    settle(page)
    with page.expect_download() as download:
        page.locator(".panel-samples").get_by_role("button", name="Download PNG").click()
    assert download.value.suggested_filename == "vaelab-samples-seed-0-temperature-1.00.png"
    with Image.open(download.value.path()) as image:
        pixels = np.asarray(image.convert("L"))
    assert pixels.shape == (8 * 112 + 7 * 8,) * 2
    assert (pixels[:112, :112].reshape(28, 4, 28, 4) == pixels[:112:4, :112:4][:, None, :, None]).all()


def set_ends(page):
    page.get_by_role("button", name="Random pair").click()
    page.locator(".walk").wait_for(state="visible")
    settle(page, ".walk")
    return np.array(state(page, "a")), np.array(state(page, "b"))


def test_the_map_is_given_the_path_of_the_walk(explore):
    page = explore("two")
    read = f"{STATE.format(0)}.path?.map((code) => [...code]) ?? null"
    assert page.evaluate(read) is None
    a, b = set_ends(page)
    path = np.array(page.evaluate(read))
    np.testing.assert_allclose(path, a + np.linspace(0, 1, 33)[:, None] * (b - a), atol=1e-5)
    page.get_by_role("button", name="Swap").click()
    page.evaluate(FRAMES)
    np.testing.assert_allclose(page.evaluate(read), path[::-1], atol=1e-5)
    data = {"base": "", "version": "1", "mode": "explore", "labels": [], "hide": [], "can_train": True}
    page.evaluate("(data) => remount(data)", {**data, "runs": ["sixteen"]})
    page.wait_for_function(f"{STATE.format(0)}.z.length === 16 && {STATE.format(0)}.path === null")


def shown_image(page) -> str:
    return page.locator("canvas.pixels").evaluate("(canvas) => canvas.toDataURL()")


def test_the_empty_walk_says_how_to_begin(explore):
    page = explore("two")
    panel = page.locator(".panel-interpolation")
    assert "A = current" in panel.locator(".panel-about").inner_text()
    assert panel.locator(".walk").is_hidden()
    panel.get_by_role("button", name="A = current").click()
    page.get_by_role("button", name="Random", exact=True).click()
    panel.get_by_role("button", name="B = current").click()
    panel.locator(".walk").wait_for(state="visible")
    assert state(page, "b") == state(page, "z") != state(page, "a")


def test_a_random_pair_has_two_classes(explore):
    page = explore("two")
    for _ in range(5):
        a, b = set_ends(page)
        labels = page.evaluate(
            f"""() => {{ const {{ frame, a, b }} = {STATE.format(0)}; const {{ codes, labels }} = frame.arrays;
            const at = (z) => [...labels].findIndex((_, i) => codes[2 * i] === z[0] && codes[2 * i + 1] === z[1]);
            return [labels[at(a)], labels[at(b)]]; }}"""
        )
        assert labels[0] != labels[1]


def test_the_image_follows_the_scrubber_during_the_drag(explore):
    page = explore("two")
    a, b = set_ends(page)
    page.wait_for_function("window.reported.at(-1)?.[1].a && window.reported.at(-1)[1].b")
    told = page.evaluate("window.reported.length")
    box = page.locator(".scrubber").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 8, middle)
    page.mouse.down()
    seen = set()
    for share in np.linspace(0.05, 0.75, 15):
        page.mouse.move(box["x"] + 8 + share * (box["width"] - 16), middle)
        page.evaluate(FRAMES)
        seen.add(shown_image(page))
        t = float(page.locator(".scrubber").input_value())
        np.testing.assert_allclose(state(page, "z"), (1 - t) * a + t * b, atol=1e-5)
    assert len(seen) >= 12
    assert page.evaluate("window.reported.length") == told
    page.mouse.up()
    page.wait_for_function(f"window.reported.length > {told}")


def test_play_runs_there_and_back_until_space(explore):
    page = explore("two")
    set_ends(page)
    page.locator(".panel-interpolation").get_by_role("button", name="Play").click()
    scrubber = page.locator(".scrubber")
    page.wait_for_function(f"{FIND}('.scrubber').value > 0.1")
    scrubber.focus()
    page.keyboard.press(" ")
    page.wait_for_timeout(60)
    t = scrubber.input_value()
    page.wait_for_timeout(150)
    assert scrubber.input_value() == t
    assert page.locator(".play").inner_text() == "Play"
    page.keyboard.press(" ")
    page.wait_for_timeout(60)
    assert page.locator(".play").inner_text() == "Pause"
    page.get_by_role("button", name="Reset", exact=True).last.click()  # whoever moves the code takes it over
    page.wait_for_timeout(60)
    assert page.locator(".play").inner_text() == "Play"


def test_reduced_motion_shows_stills(page, explore):
    page.emulate_media(reduced_motion="reduce")
    explore("two")
    set_ends(page)
    page.locator(".play").click()
    page.wait_for_function(f"{FIND}('.scrubber').value > 0")
    assert float(page.locator(".scrubber").input_value()) == pytest.approx(1 / 8)


def test_the_spherical_path_needs_three_dimensions(explore):
    page = explore("two")
    assert page.get_by_role("button", name="Spherical").is_disabled()
    assert "2 latent dimensions" in page.locator("#spherical-reason").inner_text()
    page = explore("sixteen")
    a, b = set_ends(page)
    page.get_by_role("button", name="Spherical").click()
    settle(page, ".walk")
    page.locator(".walk .tile").nth(4).click()
    angle = np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    np.testing.assert_allclose(state(page, "z"), np.sin(angle / 2) * (a + b) / np.sin(angle), atol=1e-4)
    assert "√16" in page.locator(".lengths").inner_text()
    assert len(page.evaluate(f"{STATE.format(0)}.path")) == 33


def test_the_crossfade_blends_the_decoded_ends(explore):
    page = explore("two")
    set_ends(page)
    rows = page.locator(".walk .tiles")
    assert rows.count() == 2
    middle = rows.nth(1).locator(".tile").nth(4)
    first, last, blend = (np.array(tile.evaluate(READ), float) for tile in (
        rows.nth(0).locator(".tile").first, rows.nth(0).locator(".tile").last, middle))  # fmt: skip
    np.testing.assert_allclose(blend, (first + last) / 2, atol=1.01)


LAYERS = """() => [...document.getElementById("host").shadowRoot.querySelectorAll(".map-stage canvas")]
  .map((canvas) => canvas.height)"""


@pytest.mark.parametrize("comes", [True, False])
def test_a_page_whose_style_sheets_are_late_or_lost_does_not_grow(page, explore, comes):
    held = []
    page.route("**/static/*.css", lambda route: held.append(route))
    explore("two", until="commit")
    page.wait_for_timeout(2500)  # By now it is shown as it is.
    assert len(held) == 2
    assert max(page.evaluate(LAYERS)) < 1000
    for route in held:
        route.continue_() if comes else route.abort()
    if comes:
        page.wait_for_function(f"Math.min(...({LAYERS})()) > 200")
        settle(page)
    assert max(page.evaluate(LAYERS)) < 1000
    page.errors[:] = [error for error in page.errors if "ERR_FAILED" not in error]
