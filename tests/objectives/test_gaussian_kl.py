"""Free bits and capacity: where they act on the KL, and where they leave it alone."""

import jax
import numpy as np
import pytest

from vaelab.bottlenecks import Gaussian, GaussianCode
from vaelab.data import Data
from vaelab.model import Forward
from vaelab.nets import Dense
from vaelab.objectives import Additive, Capacity, FreeBits
from vaelab.recipe import Recipe
from vaelab.training.loop import Controls


def forward_of(mean, logvar):
    code = GaussianCode(mean, mean, logvar)
    return Forward(mean, None, code, mean)


def divergences(random):
    """Means and log-variances [50, 3] with a large, a small and no divergence, and its mean per number.

    The small one is below 0.5 on average, but not in every example.
    """
    mean = random.normal(size=(50, 3)).astype(np.float32) * np.array([2.0, 0.8, 0.0], np.float32)
    logvar = np.broadcast_to(np.array([-2.0, -0.1, 0.0], np.float32), (50, 3))
    per_number = 0.5 * (np.exp(logvar) + mean**2 - 1 - logvar).mean(axis=0)
    return mean, logvar, per_number


def test_free_bits_cost_the_floor_or_the_mean_divergence_per_number(random):
    mean, logvar, per_number = divergences(random)
    assert (per_number[0] > 0.5) and (per_number[1] < 0.5) and per_number[2] == 0
    wanted = sum(max(0.5, value) for value in per_number)
    assert float(FreeBits(floor=0.5)(None, forward_of(mean, logvar), None)) == pytest.approx(wanted, rel=1e-5)


def test_free_bits_push_only_numbers_above_the_floor(random):
    mean, logvar, _ = divergences(random)
    slope = np.asarray(jax.grad(lambda mean: FreeBits(floor=0.5)(None, forward_of(mean, logvar), None))(mean))
    np.testing.assert_allclose(slope[:, 0], mean[:, 0] / 50, rtol=1e-5)  # That of the mean KL.
    np.testing.assert_array_equal(slope[:, 1:], 0)


@pytest.mark.parametrize("nats", [0.0, 1.0, 30.0])
def test_capacity_is_a_distance_from_both_sides(random, nats):
    mean, logvar, per_number = divergences(random)
    penalty = Capacity(nats=nats)
    assert float(penalty(None, forward_of(mean, logvar), None)) == pytest.approx(abs(per_number.sum() - nats), rel=1e-5)
    slope = np.asarray(jax.grad(lambda mean: penalty(None, forward_of(mean, logvar), None))(mean))
    np.testing.assert_allclose(slope, np.sign(per_number.sum() - nats) * mean / 50, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("nats", [1.0, 4.0])
def test_a_capacity_is_what_a_code_comes_to_carry(digits, nats):
    objective = Additive(penalties=(Capacity(weight=20.0, nats=nats),))
    recipe = Recipe(Data("digits"), Dense((32,)), Gaussian(3), objective)
    last = list(recipe.train(dataset=digits, controls=Controls(seconds=60)))[-1]
    assert last.metrics["kl_from_capacity"] < 0.25
