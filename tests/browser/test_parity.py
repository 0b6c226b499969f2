"""The browser's decoder against JAX, over every recipe that there is: what you drag is what was trained."""

import numpy as np
import pytest

from tests.browser.test_explorer_decoder import DECODE
from tests.variants import recipes
from vaelab.data.corruptions import NoCorruption
from vaelab.latent import decode
from vaelab.live.describe import decoder_names, describe
from vaelab.live.frames import pack
from vaelab.model import load_parameters, parameters
from vaelab.presets import PRESETS
from vaelab.recipe import Recipe

pytestmark = pytest.mark.browser


def exportable() -> list[Recipe]:
    """One recipe per decoder: corruption and penalties are no part of it."""
    found = {
        (recipe.backbone, recipe.bottleneck, recipe.objective.likelihood, recipe.data.condition): recipe
        for recipe in recipes()
        if isinstance(recipe.objective.corruption, NoCorruption)
    }
    return [*found.values(), *(preset.recipe for preset in PRESETS.values())]


def scaled(recipe: Recipe, random: np.random.Generator):
    """A model whose weights are as large as trained ones, biases included: images with blacks, whites and greys."""
    model = recipe.build(seed=0)
    changed = {name: 2.0 * array + random.normal(0, 0.3, array.shape) for name, array in parameters(model).items()}
    load_parameters(model, {name: array.astype(np.float32) for name, array in changed.items()})
    return model


def test_every_decoder_is_the_same_in_the_browser(page, harness, random):
    page.goto(harness.address + "/favicon")  # No page of the application: only its address.
    page.errors.clear()
    kinds = set()
    for recipe in exportable():
        model = scaled(recipe, random)
        arrays = {name: parameters(model)[name] for name in decoder_names(recipe)}
        header = {"run": "given", "state": "trained", "sequence": 1, "step": 0, **describe(recipe)}
        harness.runs["given"] = [pack(header, arrays)]
        codes = random.normal(0, 1.5, (4, model.latent)).astype(np.float32)
        expected = decode(model, recipe.objective.likelihood, codes).reshape(4, -1)
        found = np.array(page.evaluate(DECODE, ["given", codes.astype(float).tolist()]))
        assert expected.std() > 0.05
        tolerance = 1e-3 * max(1.0, np.abs(expected).max())
        np.testing.assert_allclose(found, expected, atol=tolerance, err_msg=repr(recipe))
        kinds |= {layer["kind"] for layer in describe(recipe)["program"]}
    page.errors.clear()
    assert kinds >= {"linear", "activation", "reshape", "split", "overlap", "trim"}
    assert kinds >= {"unroll", "attention", "feedforward", "norm", "unpatch"}
