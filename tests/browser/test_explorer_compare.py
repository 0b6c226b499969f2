"""Two runs under one cursor, in a real browser."""

from functools import partial

import numpy as np
import pytest

from tests.browser.harness.frames import KNOBS
from tests.browser.panels import FRAMES, STATE, jax_normal, pictures, put, state, wait_received

pytestmark = pytest.mark.browser


@pytest.fixture
def run(harness):
    return partial(put, harness)


@pytest.fixture
def compare(page, explore, run):
    def open_pair(left: dict | None = None, right: dict | None = None, latent: int = 2, **data):
        holes = [{"share": 0.41, "image_distance": 6.9}, {"share": 0.06, "image_distance": 4.3}]
        run("left", {"bottleneck": "Point", "holes": holes[0], **(left or {})}, weight=0.0)
        run("right", {"holes": holes[1], **(right or {})}, latent=latent)
        explore("left", wait=False, runs=["left", "right"], mode="compare", labels=["Autoencoder", "VAE"], **data)
        page.wait_for_function("window.__vaelab?.stores.filter((store) => store.state.decoder).length === 2")
        page.wait_for_timeout(200)
        return page

    return open_pair


BROKEN = """export function createImage(root) {
  root.append("broken");
  return { update() { throw new Error("no picture"); }, destroy() {} };
}"""


@pytest.mark.parametrize(
    ("view", "notice"), [({}, ".notice"), ({"runs": ["two", "two"], "mode": "compare"}, ".duet-notice")]
)
def test_a_panel_that_cannot_be_drawn_leaves_the_others_alone(page, explore, view, notice):
    page.route("**/static/image.js", lambda route: route.fulfill(body=BROKEN, content_type="text/javascript"))
    explore("two", wait=False, **view)
    page.get_by_text('The panel "image" could not be drawn: no picture').wait_for()
    assert page.locator(notice).is_visible()
    assert len(set(pictures(page))) > 50
    assert page.errors and all("no picture" in error for error in page.errors)
    page.errors.clear()


def both_images(page) -> list[str]:
    return page.locator("canvas.pixels").evaluate_all("(all) => all.map((canvas) => canvas.toDataURL())")


@pytest.mark.parametrize("side", [0, 1])
def test_one_cursor_decodes_both_and_marks_the_same_point(compare, side):
    page = compare()
    before = both_images(page)
    stage = page.locator(".map-stage").nth(side)
    box = stage.bounding_box()
    assert box is not None
    points = set()
    for x in np.linspace(0.3, 0.7, 24):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + 0.45 * box["height"])
        page.evaluate(FRAMES)
        assert state(page, "hover", 0) == state(page, "hover", 1) is not None
        point = state(page, "point", 0)
        assert point == state(page, "point", 1)
        points.add(point)
    assert points - {None}
    after = both_images(page)
    assert before[0] != after[0] and before[1] != after[1]


def test_sliders_legend_and_noise_are_shared(compare):
    page = compare()
    page.get_by_role("button", name="Random", exact=True).click()
    page.wait_for_timeout(50)
    assert state(page, "z", 0) == state(page, "z", 1) != [0, 0]
    page.get_by_role("button", name="3", exact=True).nth(1).click()
    page.wait_for_timeout(50)
    assert page.evaluate(f"[...{STATE.format(0)}.isolated]") == [3]
    grids = page.locator(".duet .panel-samples .tiles")
    pictures(page, ".duet .panel-samples")
    grids.nth(1).locator(".tile").nth(3).click()
    page.wait_for_timeout(50)
    np.testing.assert_allclose(state(page, "z", 0), jax_normal(0, 64, 2)[3], atol=1e-6)
    assert state(page, "z", 1) == state(page, "z", 0)


def test_both_runs_are_paused_together(compare, harness):
    training = {"state": "training", "knobs": KNOBS}
    page = compare(training, training)
    main = page.locator(".transport-main")
    assert main.inner_text() == "Pause both"
    main.click()
    for name in ["left", "right"]:
        wait_received(page, harness, name, {"command": "pause"})


def test_the_hole_meter_shows_both(compare):
    text = compare().locator(".panel-holes").inner_text()
    assert all(part in text for part in ["41 %", "6 %", "6.9", "4.3", "held-out image nearby", "training image"])


def test_codes_of_different_size_are_not_forced_together(compare):
    page = compare(latent=16)
    assert "one cursor cannot serve both" in page.locator(".duet-notice").inner_text()
    page.get_by_role("button", name="Random", exact=True).first.click()
    page.wait_for_timeout(50)
    assert len(state(page, "z", 0)) == 2 and len(state(page, "z", 1)) == 16


PANELS = {
    "transport": ".transport", "map": ".map-stage", "image": ".pixels", "sliders": ".slider", "marginals": ".marginals",
    "holes": ".panel-holes", "samples": ".panel-samples", "curves": ".panel-curves", "knobs": ".panel-knobs",
}  # fmt: skip


@pytest.mark.parametrize(
    "hide", [["map", "samples", "curves"], ["transport", "knobs", "image", "sliders", "marginals", "holes"]]
)
def test_hidden_panels_are_not_built(compare, hide):
    page = compare(hide=hide)
    for name, selector in PANELS.items():
        assert (page.locator(selector).count() == 0) == (name in hide), name


def test_a_penalty_of_weight_zero_is_not_called_minimized(compare):
    beta = {**KNOBS[0], "path": "objective.penalties.GaussianKL.weight", "label": "Beta", "value": 0.0}
    curves = compare({"knobs": [beta]}, {"knobs": [{**beta, "value": 1.0}]}).locator(".panel-curves")
    names = [name.rsplit(" ", 1)[0] for name in curves.locator(".curve-entry").all_inner_texts()]
    assert {"KL (beta 0), Autoencoder", "KL, VAE"} <= set(names)
    assert "The KL of the Autoencoder is measured, not minimized" in curves.locator(".panel-about").inner_text()
