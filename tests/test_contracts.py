"""One contract for every combination of choices: it builds, trains, saves, loads to equal outputs, and is exported."""

import jax
import numpy as np
import pytest

from tests.variants import essential, name, recipes, trainable
from vaelab.bottlenecks import GaussianCode
from vaelab.latent import decode, encode
from vaelab.model import load_parameters, parameters
from vaelab.training.loop import Controls

pytestmark = pytest.mark.usefixtures("forgetful")


@pytest.mark.parametrize("recipe", recipes(), ids=name)
def test_shapes_and_names_are_known_before_any_number_is(recipe):
    model = recipe.build(seed=0)
    found = {key: value.shape for key, value in parameters(model).items()}
    assert found == recipe.architecture().parameters()


@pytest.mark.parametrize("recipe", trainable(), ids=name)
def test_any_valid_combination_trains_and_loads_to_equal_outputs(recipe, digits):
    # With time to spare the chunks are of the same steps on any machine, so that the same means are compared; three
    # epochs, so that what is learned is far above what the first batch and another processor's rounding may differ by.
    recipe_steps = list(recipe.train(seed=1, dataset=digits, controls=Controls(steps=8, seconds=60)))
    last = recipe_steps[-1]
    assert last.step == last.steps == 3 * (1437 // 64)
    assert all(np.isfinite(value) for progress in recipe_steps for value in progress.metrics.values())
    assert {"loss", "reconstruction"} <= last.metrics.keys()
    assert last.metrics["reconstruction"] < recipe_steps[0].metrics["reconstruction"]

    trained = recipe.restore(last.state)
    loaded = recipe.build(seed=2)
    load_parameters(loaded, parameters(trained))
    images = digits.test.images[:20]
    labels = digits.test.labels[:20]
    codes, deviations = encode(trained, images, labels)
    assert codes.shape == deviations.shape == (20, trained.latent)
    assert (deviations > 0).all() == (recipe.bottleneck.code is GaussianCode)
    np.testing.assert_array_equal(codes, encode(loaded, images, labels)[0])
    likelihood = recipe.objective.likelihood
    decoded = decode(trained, likelihood, codes, labels)
    assert decoded.shape == images.shape
    np.testing.assert_array_equal(decoded, decode(loaded, likelihood, codes, labels))


@pytest.mark.parametrize("recipe", essential(), ids=name)
def test_a_batch_is_as_good_as_its_examples_one_by_one(recipe, digits):
    model = recipe.build(seed=0)
    images = digits.test.images[:3].astype(np.float32) / 255
    labels = digits.test.labels[:3]
    together = model(images, labels).parameters
    apart = np.concatenate([model(images[i : i + 1], labels[i : i + 1]).parameters for i in range(3)])
    np.testing.assert_allclose(together, apart, atol=1e-5)


@pytest.mark.parametrize("recipe", essential(), ids=name)
def test_without_a_key_the_code_is_the_mean(recipe, digits):
    model = recipe.build(seed=0)
    images = digits.test.images[:3].astype(np.float32) / 255
    labels = digits.test.labels[:3]
    code = model.encode(images, labels)
    np.testing.assert_array_equal(code.z, code.mean)
    still = model.encode(images, labels, key=jax.random.key(0), sampling_scale=0.0)
    np.testing.assert_array_equal(still.z, code.mean)
    drawn = model.encode(images, labels, key=jax.random.key(0))
    assert (np.asarray(drawn.z) != np.asarray(code.z)).any() == isinstance(code, GaussianCode)
