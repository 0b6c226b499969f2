"""The sparsity of mean activations against SciPy's divergence, and that it makes codes sparse."""

import jax
import numpy as np
import pytest
from scipy.special import rel_entr

from vaelab.bottlenecks import Point, PointCode
from vaelab.data import Data
from vaelab.errors import RecipeError
from vaelab.model import Forward
from vaelab.nets import Dense
from vaelab.objectives import Additive, FixedGaussian, SparseKL
from vaelab.recipe import Recipe
from vaelab.training.loop import Controls


def found(z, target):
    return SparseKL(target=target)(None, Forward(z, None, PointCode(z), z), None)


@pytest.mark.parametrize("target", [0.05, 0.5])
def test_against_scipy(random, target):
    z = random.random((40, 6)).astype(np.float32)
    mean = z.astype(np.float64).mean(axis=0)
    wanted = (rel_entr(target, mean) + rel_entr(1 - target, 1 - mean)).sum()
    assert float(found(z, target)) == pytest.approx(wanted, rel=1e-4)


def test_zero_at_the_target_and_finite_where_units_are_always_on_or_off():
    assert float(found(np.full((4, 3), 0.05, np.float32), 0.05)) == pytest.approx(0, abs=1e-6)
    z = np.array([[0.0, 1.0]], np.float32)
    value, slope = jax.value_and_grad(lambda z: found(z, 0.05))(z)
    assert np.isfinite(value) and np.isfinite(slope).all()


def recipe(activation, *penalties):
    objective = Additive(likelihood=FixedGaussian(), penalties=penalties)
    return Recipe(Data("digits", "none"), Dense((32,)), Point(16, activation), objective)


def test_codes_outside_the_unit_interval_are_refused():
    with pytest.raises(RecipeError, match="choose the code activation 'sigmoid'"):
        recipe("relu", SparseKL())


def test_units_come_to_fire_as_rarely_as_asked(digits):
    tuned = recipe("sigmoid", SparseKL(weight=10.0, target=0.1))
    last = list(tuned.train(dataset=digits, controls=Controls(seconds=60)))[-1]
    codes = np.asarray(tuned.restore(last.state).encode(digits.test.images.astype(np.float32) / 255).z)
    np.testing.assert_allclose(codes.mean(axis=0), 0.1, atol=0.05)
