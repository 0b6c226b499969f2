"""What codes are drawn from, the class of a conditional decoder, units, and codebooks, in a real browser."""

import numpy as np
import pytest

from tests.browser.harness.model import images, trained
from tests.browser.harness.special import codebook_frame, conditional_frame, mixture_frame, sparse_frame
from tests.browser.panels import FRAMES, pictures, settle, state
from vaelab.density import FittedGaussian, Mixture

pytestmark = pytest.mark.browser

DRAW = """async ([name, run, seed, count]) => {
  const { parseFrame } = await import("/vaelab/static/frame.js");
  const { createSource } = await import("/vaelab/static/densities.js");
  const frame = parseFrame(await (await fetch(`/vaelab/runs/${run}/frame`)).arrayBuffer());
  const { latent } = frame.header;
  const source = createSource(name, frame, seed, count, latent);
  return Array.from({ length: count }, (_, index) => {
    const out = new Float32Array(latent);
    source.code(index, 0.8, out);
    return [...out];
  });
}"""


@pytest.fixture
def special(harness):
    """The runs that the panels of this file are for; the arrays of some."""
    harness.runs["told"] = [conditional_frame()]
    codebook, mixture, sparse = codebook_frame(), mixture_frame(), sparse_frame()
    harness.runs |= {"codebook": [codebook[0]], "mixture": [mixture[0]], "sparse": [sparse[0]]}
    return {"codebook": codebook[1], "mixture": mixture[1], "sparse": sparse[1]}


def test_fitted_codes_are_those_of_the_library(page, harness, special):
    page.goto(harness.address)
    codes = trained(2, 0.0).encode(images()[0])[0].astype("f4")
    wanted = FittedGaussian.fit(codes).sample(5, 40, 0.8)
    np.testing.assert_allclose(page.evaluate(DRAW, ["gaussian", "point", 5, 40]), wanted, rtol=1e-3, atol=1e-4)
    mixture = Mixture(*special["mixture"].values())
    wanted = mixture.sample(5, 40, 0.8)
    np.testing.assert_allclose(page.evaluate(DRAW, ["mixture", "mixture", 5, 40]), wanted, rtol=1e-3, atol=1e-4)
    drawn = page.evaluate(DRAW, ["autoregressive", "codebook", 0, 10])
    np.testing.assert_allclose(drawn, special["codebook"]["prior_codes"][:10])


def test_the_density_is_chosen_and_part_of_a_link(explore, special):
    page = explore("mixture")
    chooser = page.get_by_label("Draw codes from")
    assert chooser.evaluate("(e) => [...e.options].map((o) => o.value)") == ["normal", "gaussian", "mixture"]
    before = pictures(page)
    chooser.select_option("mixture")
    assert sum(one != two for one, two in zip(before, pictures(page), strict=True)) > 55
    assert "Ghosh" in page.locator(".panel-samples .panel-about").inner_text()
    assert page.locator(".panel-samples .reading").inner_text() == "1.00 × mixture"
    page.wait_for_function("window.reported.length === 1")
    assert page.evaluate("window.reported[0][1].density") == "mixture"
    after = pictures(page)
    assert pictures(explore("mixture", view={"density": "mixture"})) == after
    # A run that has no mixture falls back, and says so in the chooser.
    page = explore("two", view={"density": "mixture"})
    settle(page)
    assert page.get_by_label("Draw codes from").input_value() == "normal"


def test_a_codebook_is_sampled_from_its_own_density(explore, special):
    page = explore("codebook")
    settle(page)
    assert page.get_by_label("Draw codes from").input_value() == "autoregressive"
    assert page.get_by_label("Temperature", exact=True).is_disabled()
    page.locator(".panel-samples .tile").nth(3).click()
    np.testing.assert_allclose(state(page, "z"), special["codebook"]["prior_codes"][3])


def test_each_class_has_a_row_of_the_same_codes(explore, special):
    page = explore("told")
    assert len(pictures(page)) == 80
    tile = page.locator(".panel-samples .tile").nth(3 * 8 + 2)
    assert tile.get_attribute("aria-label") == "Class 3, sample 3"
    tile.click()
    one = state(page, "z")
    assert state(page, "label") == 3
    page.locator(".panel-samples .tile").nth(5 * 8 + 2).click()
    assert (state(page, "z"), state(page, "label")) == (one, 5)
    image = page.locator("canvas.pixels").evaluate("(canvas) => canvas.toDataURL()")
    settle(page)
    assert tile.evaluate("(canvas) => canvas.toDataURL()") != image
    five = page.locator(".panel-samples .tile").nth(5 * 8 + 2)
    assert five.evaluate("(canvas) => canvas.toDataURL()") == image


def test_the_class_is_chosen_with_one_tab_stop_and_arrows(explore, special):
    page = explore("told", view={"label": 7})
    radio = page.get_by_role("radio")
    assert radio.count() == 10
    assert radio.nth(7).get_attribute("aria-checked") == "true"
    assert page.locator(".conditions [tabindex='0']").count() == 1
    page.mouse.move(2, 2)
    shown = page.locator("canvas.pixels").evaluate("(canvas) => canvas.toDataURL()")
    radio.nth(7).focus()
    for key in ["ArrowRight", "ArrowRight", "ArrowRight"]:
        page.keyboard.press(key)
        page.evaluate(FRAMES)
    assert state(page, "label") == 0
    assert radio.nth(0).evaluate("(node) => node.matches(':focus')")
    page.evaluate(FRAMES)
    assert page.locator("canvas.pixels").evaluate("(canvas) => canvas.toDataURL()") != shown
    page.wait_for_function("window.reported.at(-1)?.[1].label === 0")
    assert explore("two").locator(".panel-condition").is_hidden()


def test_compared_decoders_are_told_the_same_class(explore, special):
    page = explore("told", mode="compare", runs=["told", "told"], labels=["One", "Two"])
    page.get_by_role("radio", name="4", exact=True).first.click()
    page.evaluate(FRAMES)
    page.evaluate(FRAMES)
    assert [state(page, "decoder.label", store) for store in (0, 1)] == [4, 4]


ARRIVES = """async () => {
  const [{ parseFrame }, { createDecoder }] =
    await Promise.all(["frame", "decoder"].map((name) => import(`/vaelab/static/${name}.js`)));
  const frame = parseFrame(await (await fetch("/vaelab/runs/told/frame")).arrayBuffer());
  const [shown, late] = window.__vaelab.stores;
  late.set({ frame, decoder: createDecoder(frame), z: new Float32Array(2) });
  shown.set({ label: 4 });
}"""


def test_a_class_chosen_while_the_other_run_arrives_is_told_to_both(explore, special):
    page = explore("told", mode="compare", labels=["One", "Two"])
    assert page.evaluate("window.__vaelab.stores.map((store) => store.state.decoder !== null)") == [True, False]
    page.evaluate(ARRIVES)
    for _ in range(3):
        page.evaluate(FRAMES)
    assert [state(page, "decoder.label", store) for store in (0, 1)] == [4, 4]
    assert page.locator(".map-plane, .map-stage").count() >= 2
    assert page.locator("canvas.pixels").count() == 2


def ranked(codes):
    """The units of a sparse code, most often on first, of equal ones that with the largest usual value."""
    on = codes > 1e-3
    return np.lexsort((-codes.sum(axis=0) / np.maximum(on.sum(axis=0), 1), -on.sum(axis=0)))


def test_units_are_ranked_by_how_often_they_are_on(explore, special):
    page = explore("sparse")
    settle(page, ".panel-units")
    codes = special["sparse"]["codes"]
    on = (np.abs(codes) > 1e-3).mean(axis=0)
    order = ranked(codes)
    summary = page.locator(".panel-units .unit-summary").inner_text()
    assert f"26 of 30 units are ever on, {on.sum():.1f} at a time" in summary
    assert page.locator(".panel-units .tile").count() == 26
    bars = page.get_by_role("slider", name="How often each unit is on")
    bars.focus()
    bars.press("Home")
    reading = page.locator(".panel-units .bars-reading").inner_text()
    assert f"Unit {order[0] + 1} is on for {100 * on[order[0]]:.1f} %" in reading
    page.locator(".panel-units .tile").nth(4).click()
    unit = order[4]
    wanted = np.zeros(30)
    wanted[unit] = codes[:, unit][codes[:, unit] > 1e-3].mean()
    np.testing.assert_allclose(state(page, "z"), wanted, atol=1e-5)


def test_what_a_unit_adds_is_blue_and_what_it_takes_away_is_orange(explore, special):
    page = explore("sparse")
    settle(page, ".panel-units")
    order = ranked(special["sparse"]["codes"])
    for rank in (0, 1, 2, 7):
        unit = order[rank]
        tile = page.locator(".panel-units .tile").nth(rank)
        pixels = np.array(tile.evaluate("(c) => [...c.getContext('2d').getImageData(0, 0, 28, 28).data]"))
        pixels = pixels.reshape(28, 28, 4)
        square = special["sparse"]["k"][unit].reshape(28, 28) != 0
        assert (pixels[..., 3] == 255 * square).all()
        wanted = [63, 144, 218] if unit % 3 else [231, 99, 0]
        assert (pixels[square][:, :3] == wanted).all()


def test_small_dense_codes_have_no_units(explore, special):
    assert explore("two").locator(".panel-units").is_hidden()
    assert explore("codebook").locator(".panel-units").is_hidden()


def test_the_codebook_is_counted_in_the_page(explore, special):
    page = explore("codebook")
    arrays = special["codebook"]
    vectors = arrays["codes"].reshape(-1, 1, 2)
    nearest = ((vectors - arrays["tail/0/codebook"]) ** 2).sum(axis=-1).argmin(axis=-1)
    usage = np.bincount(nearest, minlength=13) / len(nearest)
    perplexity = np.exp(-(usage[usage > 0] * np.log(usage[usage > 0])).sum())
    summary = page.locator(".panel-codebook .unit-summary").inner_text()
    assert summary == f"12 of 13 rows are used; perplexity {perplexity:.1f}."
    bars = page.get_by_role("slider", name="Use of the codebook's rows")
    bars.focus()
    bars.press("Home")
    first = page.locator(".panel-codebook .bars-reading").inner_text()
    assert first.startswith(f"Row {usage.argmax() + 1}: {100 * usage.max():.1f} %")
    bars.press("End")
    assert page.locator(".panel-codebook .bars-reading").inner_text() == "Row 13: 0.00 % of the vectors."
    assert explore("two").locator(".panel-codebook").is_hidden()


def test_panels_wait_for_the_first_codes(explore, harness):
    for name, frame in {"sparse": sparse_frame(codes=False)[0], "codebook": codebook_frame(codes=False)[0]}.items():
        harness.runs["early"] = [frame]
        page = explore("early")
        panel = "units" if name == "sparse" else "codebook"
        assert "first held-out codes" in page.locator(f".panel-{panel} .panel-about").inner_text()
        assert page.locator(f".panel-{panel} .panel-body").is_hidden()


FOLLOWS = """async (runs) => {
  const { parseFrame } = await import("/vaelab/static/frame.js");
  for (const run of runs) {
    const frame = parseFrame(await (await fetch(`/vaelab/runs/${run}/frame`)).arrayBuffer());
    window.__vaelab.stores[0].set({ frame });
    await new Promise((done) => requestAnimationFrame(done));
  }
}"""


def test_units_that_are_to_be_counted_may_be_gone_by_then(explore, harness, special):
    harness.runs["early"] = [sparse_frame(codes=False)[0]]
    page = explore("sparse")
    page.evaluate(FOLLOWS, ["sparse", "sparse", "early"])
    page.wait_for_timeout(1500)
    assert "first held-out codes" in page.locator(".panel-units .panel-about").inner_text()


@pytest.mark.parametrize("run", ["told", "codebook", "sparse", "mixture"])
def test_nothing_is_wider_than_a_telephone(page, explore, special, run):
    page.set_viewport_size({"width": 390, "height": 844})
    explore(run, theme="dark")
    page.evaluate(FRAMES)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
