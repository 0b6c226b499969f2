"""Total correlation against loops over pairs, and where its value is known."""

import jax
import numpy as np
import pytest
from scipy import stats
from scipy.special import logsumexp

from vaelab.bottlenecks import GaussianCode
from vaelab.model import Forward
from vaelab.objectives import TotalCorrelation


def found(mean, logvar, z):
    code = GaussianCode(*(np.asarray(array, np.float32) for array in (z, mean, logvar)))
    return np.asarray(TotalCorrelation()(None, Forward(code.z, None, code, code.z), None))


def test_against_a_loop_over_pairs(random):
    mean, noise = random.normal(size=(2, 12, 4))
    logvar = random.normal(-1, 0.5, (12, 4))
    z = mean + np.exp(logvar / 2) * noise
    wanted = []
    for draw in z:
        each = np.array([stats.norm.logpdf(draw, m, np.exp(v / 2)) for m, v in zip(mean, logvar, strict=True)])
        joint = logsumexp(each.sum(axis=1)) - np.log(12)
        apart = [logsumexp(each[:, j]) - np.log(12) for j in range(4)]
        wanted.append(joint - sum(apart))
    np.testing.assert_allclose(found(mean, logvar, z), wanted, atol=1e-4)


def test_zero_where_the_mixture_is_a_product(random):
    """Means on a grid, with one width per dimension: the mixture is the product of its marginals, at every z."""
    first, second = random.normal(0, 2, 7), random.normal(0, 2, 5)
    mean = np.array([(a, b) for a in first for b in second])
    logvar = np.broadcast_to([-1.0, -3.0], mean.shape)
    z = random.normal(0, 2, mean.shape)
    np.testing.assert_allclose(found(mean, logvar, z), 0, atol=2e-5)


def test_near_zero_for_independent_dimensions_and_large_for_equal_ones(random):
    count, logvar = 512, np.full((512, 2), -2.0)
    noise = np.exp(-1) * random.normal(size=(count, 2))
    apart, same = random.normal(size=(count, 2)), np.repeat(random.normal(size=(count, 1)), 2, axis=1)
    assert abs(found(apart, logvar, apart + noise).mean()) < 0.08
    # Of a normal distribution with correlation r the total correlation is -1/2 log(1 - r^2).
    wanted = -0.5 * np.log(1 - (1 / (1 + np.exp(-2))) ** 2)
    assert found(same, logvar, same + noise).mean() == pytest.approx(wanted, abs=0.15)


def test_division_by_the_size_of_the_data_set_leaves_the_gradient_as_it_is(random):
    mean, noise = random.normal(size=(2, 9, 3)).astype(np.float32)

    def weighted(mean, total):
        """Minibatch-weighted sampling: both mixtures are divided by total times the batch size."""
        densities = jax.scipy.stats.norm.logpdf((mean + noise)[:, None], mean[None])
        scale = np.log(total * len(noise))
        joint = jax.nn.logsumexp(densities.sum(axis=-1), axis=1) - scale
        return (joint - (jax.nn.logsumexp(densities, axis=1) - scale).sum(axis=-1)).mean()

    def ours(mean):
        code = GaussianCode(mean + noise, mean, jax.numpy.zeros_like(mean))
        return TotalCorrelation()(None, Forward(mean, None, code, mean), None).mean()

    np.testing.assert_allclose(jax.grad(ours)(mean), jax.grad(weighted)(mean, 60_000), atol=1e-6)
    constant = 2 * np.log(60_000)
    assert float(weighted(mean, 60_000)) == pytest.approx(float(ours(mean)) + constant, abs=1e-4)
