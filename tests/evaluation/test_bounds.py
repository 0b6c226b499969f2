"""Bounds against closed forms and against each other."""

import numpy as np
import pytest
from scipy.special import logsumexp

from vaelab.assign import assign
from vaelab.bottlenecks import Point
from vaelab.evaluation.bounds import bounds, log_likelihoods
from vaelab.evaluation.protocol import held_out
from vaelab.objectives import Additive, Bernoulli, FixedGaussian
from vaelab.recipe import Recipe


@pytest.fixture(scope="module")
def trained(digits):
    recipe = assign(Recipe(), "backbone.hidden=32", "training.epochs=40")
    *_, last = recipe.train(dataset=digits)
    return recipe.restore(last.state)


@pytest.fixture(scope="module")
def targets(digits):
    return held_out(digits.test.images, "dynamic")[:60]


def test_the_bound_is_reconstruction_plus_kl_in_nats_per_example(trained, targets):
    result = bounds(trained, Bernoulli(), targets)
    assert result.reconstruction.shape == (60,)
    assert result.kl.shape == (60, 2)
    assert result.negative_elbo == pytest.approx(result.reconstruction.mean() + result.kl.sum(axis=1).mean(), rel=1e-5)
    assert 20 < result.negative_elbo < 45  # 64 pixels at chance cost 44.4 nats.
    assert result.active_units == 2
    np.testing.assert_allclose(result.information, result.kl.mean(axis=0))


def test_importance_sampling_meets_numerical_integration_over_the_plane(trained, targets):
    """With two latents log p(x) is an integral that a grid can do."""
    axis = np.linspace(-6, 6, 241, dtype=np.float32)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    logits = np.asarray(trained.decode(grid)).reshape(len(grid), -1)
    prior = -0.5 * (grid**2).sum(axis=1) - np.log(2 * np.pi)
    cell = 2 * np.log(axis[1] - axis[0])
    flat = targets[:20].reshape(20, -1)
    log_joint = flat @ logits.T - np.logaddexp(0, logits).sum(axis=1)[None] + prior[None]
    exact = logsumexp(log_joint, axis=1) + cell
    sampled = np.concatenate(list(log_likelihoods(trained, Bernoulli(), targets[:20], samples=5000)))
    np.testing.assert_allclose(sampled, exact, atol=0.25)
    assert abs(sampled.mean() - exact.mean()) < 0.03


def test_more_samples_tighten_the_bound_and_one_sample_is_the_elbo(trained, targets):
    def estimate(samples, seeds):
        return np.mean(
            [np.concatenate(list(log_likelihoods(trained, Bernoulli(), targets, samples=samples, seed=seed))).mean()
             for seed in range(seeds)]
        )

    elbo = -np.mean([bounds(trained, Bernoulli(), targets, seed=seed).negative_elbo for seed in range(30)])
    one, few, many = estimate(1, 30), estimate(5, 10), estimate(500, 1)
    assert one == pytest.approx(elbo, abs=0.15)
    assert one < few < many


def test_the_number_of_samples_need_not_divide_anything(trained, targets):
    values = list(log_likelihoods(trained, Bernoulli(), targets[:7], samples=4097))
    assert np.concatenate(values).shape == (7,)


def test_a_point_code_has_no_bound_but_its_variance_counts_active_units(digits, targets):
    recipe = Recipe(
        data={"binarization": "none"}, bottleneck=Point(4), objective=Additive(likelihood=FixedGaussian(), penalties=())
    )
    result = bounds(recipe.build(), FixedGaussian(), targets)
    assert result.kl is None
    assert result.negative_elbo is None
    assert result.information.shape == (4,)
    expected = 0.5 * result.squared_error + 32 * np.log(2 * np.pi)
    np.testing.assert_allclose(result.reconstruction, expected, rtol=1e-4)


def test_the_held_out_pixels_are_those_the_recipe_names(digits):
    images = digits.test.images
    drawn = held_out(images, "dynamic")
    np.testing.assert_array_equal(drawn, held_out(images, "dynamic"))
    assert set(np.unique(drawn)) == {0.0, 1.0}
    assert abs(drawn.mean() - images.mean() / 255) < 0.01
    np.testing.assert_array_equal(held_out(images, "threshold"), images >= 128)
    np.testing.assert_allclose(held_out(images, "none"), images / 255, rtol=1e-6)
