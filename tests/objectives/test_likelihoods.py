"""The Gaussian likelihoods with widths of their own, and the continuous Bernoulli, against SciPy and integrals."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import integrate, stats

from vaelab.nets.layers import continuous_bernoulli_mean
from vaelab.objectives import ContinuousBernoulli, FixedGaussian, LearnedGaussian, OptimalGaussian


@pytest.mark.parametrize("channels", [1, 3])
def test_learned_widths_against_scipy(random, channels):
    target = random.random((5, 4, 3, channels), np.float32)
    outputs = random.normal(size=(5, *LearnedGaussian().output_shape((4, 3, channels)))).astype(np.float32)
    mean, width = outputs[..., :channels], 0.1 + np.logaddexp(0, outputs[..., channels:])
    wanted = stats.norm.logpdf(target, mean, width).reshape(5, -1).sum(1)
    np.testing.assert_allclose(LearnedGaussian(0.1).log_prob(target, outputs), wanted, rtol=1e-5)
    np.testing.assert_array_equal(LearnedGaussian().mean(outputs), mean)


def test_the_floor_bounds_the_density_of_a_pixel_that_never_changes():
    black = np.zeros((1, 1, 1, 1), np.float32)
    certain = np.array([0.0, -1e4], np.float32).reshape(1, 1, 1, 2)
    value, slope = jax.value_and_grad(lambda outputs: LearnedGaussian(0.05).log_prob(black, outputs)[0])(certain)
    assert float(value) == pytest.approx(stats.norm.logpdf(0, 0, 0.05), rel=1e-5)
    assert np.isfinite(slope).all()


def test_the_optimal_width_is_the_most_likely_one(random):
    mean, target = random.normal(size=(2, 6, 4, 3, 1)).astype(np.float32)
    found = np.asarray(OptimalGaussian().log_prob(target, mean))
    best = np.sqrt(((target - mean) ** 2).mean())
    np.testing.assert_allclose(found, FixedGaussian(float(best)).log_prob(target, mean), rtol=1e-5)
    for other in (0.95 * best, 1.05 * best):
        assert np.asarray(FixedGaussian(float(other)).log_prob(target, mean)).sum() < found.sum()


def test_a_width_that_is_held_fixed_has_the_gradient_of_one_that_follows(random):
    mean, target = random.normal(size=(2, 6, 4, 3, 1)).astype(np.float32)

    def follows(mean):
        square = jnp.mean((target - mean) ** 2)
        return -0.5 * target.size * (1 + jnp.log(2 * jnp.pi * square))  # The maximum over all widths.

    held = jax.grad(lambda mean: OptimalGaussian().log_prob(target, mean).sum())(mean)
    np.testing.assert_allclose(held, jax.grad(follows)(mean), rtol=1e-4, atol=1e-5)


def test_a_perfect_reconstruction_stays_finite():
    x = np.full((2, 3, 3, 1), 0.5, np.float32)
    value, slope = jax.value_and_grad(lambda mean: OptimalGaussian(0.01).log_prob(x, mean).sum())(x)
    assert float(value) == pytest.approx(18 * stats.norm.logpdf(0, 0, 0.01), rel=1e-5)
    assert np.isfinite(slope).all()


def log_density(x, logit):
    column = np.full((len(x), 1), logit, np.float32)
    return np.asarray(ContinuousBernoulli().log_prob(np.asarray(x, np.float32)[:, None], column), np.float64)


LOGITS = [-60.0, -7.3, -1.001, -0.999, -0.3, -1e-4, 0.0, 1e-6, 0.02, 0.99, 1.01, 4.0, 25.0]
GRID = np.linspace(0, 1, 20_001)


@pytest.mark.parametrize("logit", LOGITS)
def test_continuous_bernoulli_integrates_to_one_and_has_its_mean(logit):
    density = np.exp(log_density(GRID, logit))
    assert integrate.simpson(density, x=GRID) == pytest.approx(1, abs=1e-4)
    mean = integrate.simpson(GRID * density, x=GRID)
    assert float(continuous_bernoulli_mean(jnp.float32(logit))) == pytest.approx(mean, abs=1e-5)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.49999, 0.5, 0.500001, 0.7, 0.99])
def test_continuous_bernoulli_has_the_published_constant(share):
    """C(l) = 2 artanh(1 - 2 l) / (1 - 2 l), and 2 at l = 1/2; the mean l / (2 l - 1) + 1 / (2 artanh(1 - 2 l))."""
    twice = 1 - 2 * share
    constant = 2 * np.arctanh(twice) / twice if twice else 2.0
    x = np.array([0.0, 0.25, 1.0])
    wanted = np.log(constant) + x * np.log(share) + (1 - x) * np.log1p(-share)
    logit = np.log(share) - np.log1p(-share)
    np.testing.assert_allclose(log_density(x, logit), wanted, atol=1e-6, rtol=1e-5)
    if abs(twice) > 0.01:
        mean = share / -twice + 1 / (2 * np.arctanh(twice))
        assert float(continuous_bernoulli_mean(jnp.float32(logit))) == pytest.approx(mean, abs=1e-6)


@pytest.mark.parametrize("logit", [*LOGITS, 1e30, -1e30])
def test_the_gradient_of_the_continuous_bernoulli_is_target_minus_mean(logit):
    """As in every exponential family; and finite whatever the logit."""
    slope = jax.grad(lambda a: ContinuousBernoulli().log_prob(jnp.full((1, 1), 0.25), a).sum())(jnp.full((1, 1), logit))
    assert float(slope[0, 0]) == pytest.approx(0.25 - float(continuous_bernoulli_mean(jnp.float32(logit))), abs=3e-6)
    assert np.isfinite(jax.grad(continuous_bernoulli_mean)(jnp.float32(logit)))
