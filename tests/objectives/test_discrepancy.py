"""The maximum mean discrepancy against a double loop, and its mean where codes follow the prior."""

import jax
import numpy as np
import pytest

from vaelab.bottlenecks import Gaussian, Point, PointCode
from vaelab.data import Data
from vaelab.evaluation.bounds import bounds
from vaelab.live.describe import describe
from vaelab.model import Forward
from vaelab.nets import Dense
from vaelab.objectives import L1, Additive, FixedGaussian, GaussianKL, MaximumMeanDiscrepancy
from vaelab.recipe import Recipe

SCALES = [0.1, 0.2, 0.5, 1, 2, 5, 10]
KERNELS = {
    "inverse multiquadric": lambda square, width: width / (width + square),
    "gaussian": lambda square, width: np.exp(-square / width),
}


def found(kernel, z, key):
    return MaximumMeanDiscrepancy(kernel=kernel)(None, Forward(z, None, PointCode(z), z), key)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("size", [1, 5])
def test_against_a_double_loop(kernel, size, random):
    z = random.normal(0.5, 2, (9, size)).astype(np.float32)
    key = jax.random.key(4)
    prior = np.asarray(jax.random.normal(key, z.shape))

    def k(a, b):
        return sum(KERNELS[kernel](((a - b) ** 2).sum(), s * 2 * size) for s in SCALES)

    pairs = [(i, j) for i in range(9) for j in range(9)]
    within = sum(k(z[i], z[j]) + k(prior[i], prior[j]) for i, j in pairs if i != j) / (9 * 8)
    between = sum(k(z[i], prior[j]) for i, j in pairs) / 81
    assert float(found(kernel, z, key)) == pytest.approx(within - 2 * between, abs=1e-5)


@pytest.mark.parametrize("kernel", KERNELS)
def test_zero_on_average_for_draws_from_the_prior_and_positive_for_others(kernel):
    def once(key, scale, shift):
        first, second = jax.random.split(key)
        return found(kernel, scale * jax.random.normal(first, (32, 3)) + shift, second)

    keys = jax.random.split(jax.random.key(0), 500)
    many = jax.jit(jax.vmap(once, in_axes=(0, None, None)))
    same = np.asarray(many(keys, 1.0, 0.0))
    error = same.std() / np.sqrt(len(keys))
    assert abs(same.mean()) < 4 * error
    assert (same < 0).any()
    for scale, shift in ((0.2, 0.0), (3.0, 0.0), (1.0, 1.5)):
        assert np.asarray(many(keys, scale, shift)).mean() > 50 * error


def test_codes_of_a_batch_of_one_are_compared_with_a_draw():
    assert np.isfinite(found("gaussian", np.ones((1, 2), np.float32), jax.random.key(0)))


def test_descent_brings_codes_to_the_prior():
    """From a far and narrow cloud: what a point code is trained by."""
    random = np.random.default_rng(0)
    z = (3 + 0.1 * random.normal(size=(128, 2))).astype(np.float32)

    def step(index, z):
        key = jax.random.fold_in(jax.random.key(1), index)
        rate = 30 * (1 - index / 1500)  # To rest, so that the noise of the draws is averaged away.
        return z - rate * jax.grad(lambda z: found("inverse multiquadric", z, key))(z)

    z = jax.jit(lambda z: jax.lax.fori_loop(0, 1500, step, z))(z)
    # By quartiles: a point counts its own density not at all, so that one of them may end far outside.
    np.testing.assert_allclose(np.quantile(z, [0.25, 0.5, 0.75], axis=0)[:, 0], [-0.67, 0, 0.67], atol=0.2)


@pytest.mark.parametrize(
    ("bottleneck", "penalty", "follows"),
    [
        (Point(3), MaximumMeanDiscrepancy(), True), (Point(3), L1(), False),
        (Gaussian(3), MaximumMeanDiscrepancy(), True), (Gaussian(3), GaussianKL(), True),
    ],
    ids=str,
)
def test_a_recipe_says_that_its_codes_follow_the_prior_and_a_point_still_has_no_kl(
    bottleneck, penalty, follows, digits
):
    objective = Additive(likelihood=FixedGaussian(), penalties=(penalty,))
    recipe = Recipe(Data("digits", "none"), Dense((8,)), bottleneck, objective)
    assert recipe.follows_prior == describe(recipe)["has_prior"] == follows
    targets = digits.test.images[:4].astype(np.float32) / 255
    found = bounds(recipe.build(), FixedGaussian(), targets)
    assert (found.kl is None) == (found.negative_elbo is None) == isinstance(bottleneck, Point)
