"""One contract for every combination of choices: it builds, trains, saves, loads to equal outputs, and is exported."""

import jax
import numpy as np
import pytest

from tests.variants import name, recipes, representative
from vaelab.bottlenecks import GaussianCode
from vaelab.latent import decode, encode
from vaelab.model import load_parameters, parameters
from vaelab.training.loop import Controls


@pytest.mark.parametrize("recipe", recipes(), ids=name)
def test_shapes_and_names_are_known_before_any_number_is(recipe):
    model = recipe.build(seed=0)
    found = {key: value.shape for key, value in parameters(model).items()}
    assert found == recipe.architecture().parameters()


@pytest.mark.parametrize("recipe", representative(), ids=name)
def test_any_valid_combination_trains_and_loads_to_equal_outputs(recipe, digits):
    recipe_steps = list(recipe.train(seed=1, dataset=digits, controls=Controls(steps=8)))
    last = recipe_steps[-1]
    assert last.step == last.steps == 1437 // 64
    assert all(np.isfinite(value) for progress in recipe_steps for value in progress.metrics.values())
    assert {"loss", "reconstruction"} <= last.metrics.keys()
    assert last.metrics["reconstruction"] < recipe_steps[0].metrics["reconstruction"]

    trained = recipe.restore(last.state)
    loaded = recipe.build(seed=2)
    load_parameters(loaded, parameters(trained))
    images = digits.test.images[:20]
    codes, deviations = encode(trained, images)
    assert codes.shape == deviations.shape == (20, recipe.bottleneck.size)
    assert (deviations > 0).all() == (recipe.bottleneck.code is GaussianCode)
    np.testing.assert_array_equal(codes, encode(loaded, images)[0])
    likelihood = recipe.objective.likelihood
    decoded = decode(trained, likelihood, codes)
    assert decoded.shape == images.shape
    np.testing.assert_array_equal(decoded, decode(loaded, likelihood, codes))


@pytest.mark.parametrize("recipe", representative(), ids=name)
def test_a_batch_is_as_good_as_its_examples_one_by_one(recipe, digits):
    model = recipe.build(seed=0)
    images = digits.test.images[:3].astype(np.float32) / 255
    together = model(images).parameters
    apart = np.concatenate([model(image[None]).parameters for image in images])
    np.testing.assert_allclose(together, apart, atol=1e-5)


@pytest.mark.parametrize("recipe", representative(), ids=name)
def test_without_a_key_the_code_is_the_mean(recipe, digits):
    model = recipe.build(seed=0)
    images = digits.test.images[:3].astype(np.float32) / 255
    code = model.encode(images)
    np.testing.assert_array_equal(code.z, code.mean)
    still = model.encode(images, key=jax.random.key(0), sampling_scale=0.0)
    np.testing.assert_array_equal(still.z, code.mean)
    drawn = model.encode(images, key=jax.random.key(0))
    assert (np.asarray(drawn.z) != np.asarray(code.z)).any() == isinstance(code, GaussianCode)
