"""Each equation against another way to the same number."""

import jax
import numpy as np
import pytest
from scipy import stats

from tests.variants import LIKELIHOODS
from vaelab.bottlenecks import GaussianCode, PointCode
from vaelab.data.batches import Batch
from vaelab.model import Forward
from vaelab.objectives import L1, Additive, Bernoulli, FixedGaussian, GaussianKL, Moment, OptimalGaussian
from vaelab.recipe import Recipe


def test_bernoulli_against_scipy(random):
    logits = random.normal(size=(5, 4, 3, 1)).astype(np.float32) * 4
    target = (random.random((5, 4, 3, 1)) < 0.5).astype(np.float32)
    expected = stats.bernoulli.logpmf(target, 1 / (1 + np.exp(-logits.astype(np.float64)))).reshape(5, -1).sum(1)
    np.testing.assert_allclose(Bernoulli().log_prob(target, logits), expected, rtol=1e-5)


def test_bernoulli_stays_finite_for_huge_logits():
    logits = np.array([[1e30, -1e30, 200.0]], np.float32)
    np.testing.assert_allclose(Bernoulli().log_prob(np.array([[1.0, 0.0, 0.0]], np.float32), logits), [-200.0])


@pytest.mark.parametrize("scale", [0.1, 1.0, 3.0])
def test_fixed_gaussian_against_scipy(random, scale):
    mean, target = random.normal(size=(2, 5, 4, 3, 1)).astype(np.float32)
    expected = stats.norm.logpdf(target, mean, scale).reshape(5, -1).sum(1)
    np.testing.assert_allclose(FixedGaussian(scale).log_prob(target, mean), expected, rtol=1e-4)


DENSITIES = [kind for kind in LIKELIHOODS if not isinstance(kind, OptimalGaussian)]  # Its width looks at the target.
VALUES = {"binary": np.array([0.0, 1.0]), "unit": np.linspace(0, 1, 4001), "real": np.linspace(-8, 8, 4001)}


@pytest.mark.parametrize("likelihood", DENSITIES, ids=lambda kind: type(kind).__name__)
def test_a_log_density_sums_to_one_over_what_it_describes(likelihood):
    values = VALUES[likelihood.support]
    parameters = np.full((len(values), *likelihood.output_shape((1,))), 0.3, np.float32)
    densities = np.exp(likelihood.log_prob(values[:, None].astype(np.float32), parameters))
    total = densities.sum() if likelihood.support == "binary" else np.trapezoid(densities, values)
    assert total == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("likelihood", LIKELIHOODS, ids=lambda kind: type(kind).__name__)
def test_weights_say_which_pixels_count(likelihood, random):
    parameters = random.normal(size=(2, *likelihood.output_shape((3, 3, 1)))).astype(np.float32)
    target = (random.random((2, 3, 3, 1)) < 0.5).astype(np.float32)
    weight = np.zeros_like(target)
    weight[:, 1, 2] = 1
    expected = likelihood.log_prob(target[:, 1:2, 2:3], parameters[:, 1:2, 2:3])
    np.testing.assert_allclose(likelihood.log_prob(target, parameters, weight), expected, rtol=1e-5)


def test_the_analytic_kl_is_what_monte_carlo_finds(random):
    mean, logvar = random.normal(size=(2, 4, 3)).astype(np.float32)
    forward = Forward(mean, None, GaussianCode(mean, mean, logvar), mean)
    analytic = GaussianKL()(None, forward, None)
    z = mean + np.exp(0.5 * logvar) * random.normal(size=(400_000, 4, 3))
    log_ratio = stats.norm.logpdf(z, mean, np.exp(0.5 * logvar)) - stats.norm.logpdf(z)
    sampled = log_ratio.sum(axis=-1)
    error = sampled.std(axis=0) / np.sqrt(len(sampled))
    assert (np.abs(np.asarray(analytic) - sampled.mean(axis=0)) < 4 * error).all()


CODE = np.array([[1.0, -2.0, 0.5]])


def test_l1_sums_absolute_values():
    forward = Forward(CODE, None, PointCode(CODE), CODE)
    np.testing.assert_allclose(L1()(None, forward, None), [3.5])


def test_the_objective_is_the_negative_elbo_of_its_parts(random):
    recipe = Recipe()
    model = recipe.build(seed=0)
    target = (random.random((6, 8, 8, 1)) < 0.5).astype(np.float32)
    moment = Moment(jax.random.key(0), 0.0)
    loss, (metrics, _) = recipe.objective(model, Batch(target, target), moment)
    assert float(loss) == pytest.approx(float(metrics["reconstruction"] + metrics["kl"]))
    heavy = Additive(penalties=(GaussianKL(4.0),))(model, Batch(target, target), moment)[1].metrics
    assert float(heavy["kl"]) == pytest.approx(float(metrics["kl"]))
    assert float(heavy["loss"]) == pytest.approx(float(metrics["reconstruction"] + 4 * metrics["kl"]))


def test_no_noise_and_no_kl_make_a_plain_autoencoder_of_the_same_weights(random):
    model = Recipe().build(seed=0)
    target = (random.random((6, 8, 8, 1)) < 0.5).astype(np.float32)
    plain = Additive(penalties=(GaussianKL(0.0),), sampling_scale=0.0)
    loss, _ = plain(model, Batch(target, target), Moment(jax.random.key(0), 0.0))
    mean = model.encode(target).mean
    np.testing.assert_allclose(loss, -Bernoulli().log_prob(target, model.decode(mean)).mean(), rtol=1e-5)
