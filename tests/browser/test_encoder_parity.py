"""The browser's encoder against JAX, over every encoder that there is: where you draw is where the model sees it."""

import numpy as np
import pytest

from tests.browser.test_parity import scaled
from tests.variants import recipes
from vaelab.latent import encode
from vaelab.live.describe import encoder_program
from vaelab.live.encoders import LARGEST, encoder_message, encoder_size
from vaelab.model import parameters
from vaelab.presets import PRESETS
from vaelab.recipe import Recipe

pytestmark = pytest.mark.browser

ENCODE = """async ([run, pictures, label]) => {
  const { fetchEncoder } = await import("/vaelab/static/encoder.js");
  const encoder = await fetchEncoder("", "runs", run);
  return pictures.map((picture) => {
    const { mean, deviation } = encoder.encode(picture, label);
    return [[...mean], [...(deviation ?? mean)]];
  });
}"""


def encoders() -> list[Recipe]:
    """One recipe per encoder: what is decoded, and what for, is no part of it."""
    found = {}
    for recipe in [*recipes(), *(preset.recipe for preset in PRESETS.values())]:
        design = recipe.architecture()
        found.setdefault((design.encoder, design.head, design.bottleneck.selection(), design.classes), recipe)
    return [recipe for recipe in found.values() if encoder_size(recipe) <= LARGEST]


def test_every_encoder_is_the_same_in_the_browser(page, harness, random):
    page.goto(harness.address + "/favicon")  # No page of the application: only its address.
    kinds = set()
    for recipe in encoders():
        model = scaled(recipe, random)
        harness.encoders["given"] = encoder_message(recipe, parameters(model), "given", 0)
        # Dark ones: such weights make deep networks' numbers large, and a deviation must stay below e^88.
        pictures = random.random((3, *recipe.shape)).astype(np.float32) ** 3 / 4
        label = 3 if model.classes else 0
        means, deviations = encode(model, pictures, np.full(3, label))
        found = np.array(page.evaluate(ENCODE, ["given", pictures.reshape(3, -1).astype(float).tolist(), label]))
        assert means.std() > 0.05
        pairs = [(means, found[:, 0])]
        if deviations.any():  # Compared as the encoder gives them, as logarithms.
            pairs.append((2 * np.log(deviations), 2 * np.log(found[:, 1])))
        for wanted, values in pairs:
            tolerance = 1e-3 * max(1.0, np.abs(wanted).max())
            np.testing.assert_allclose(values, wanted, atol=tolerance, err_msg=repr(recipe))
        kinds |= {layer["kind"] for layer in encoder_program(recipe)}
    page.errors.clear()
    assert kinds >= {"linear", "activation", "reshape", "merge", "pad", "residual", "tell", "largest"}
    assert kinds >= {"border", "windows"}
    assert kinds >= {"recurrence", "patches", "positions", "attention", "feedforward", "norm", "fill"}
