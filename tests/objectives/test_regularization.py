"""The terms of regularized autoencoders against sums over arrays and the decoder's whole Jacobian."""

import jax
import numpy as np
import pytest

from vaelab.bottlenecks import Gaussian, Point, PointCode
from vaelab.data import Data
from vaelab.model import Forward, parameters
from vaelab.nets import Conv, Dense
from vaelab.objectives import Additive, CodeNorm, DecoderDecay, FixedGaussian, GradientPenalty
from vaelab.recipe import Recipe

LABELS = np.array([0, 3, 3, 9, 1])


def built(backbone, bottleneck, condition="none"):
    objective = Additive(likelihood=FixedGaussian(), penalties=())
    model = Recipe(Data("digits", "none", condition), backbone, bottleneck, objective).build(seed=0)
    x = np.random.default_rng(1).random((5, 8, 8, 1), np.float32)
    return model, model(x, LABELS, key=jax.random.key(3))


def test_the_norm_of_a_code():
    z = np.array([[3.0, -4.0], [0.0, 1.0]], np.float32)
    np.testing.assert_allclose(CodeNorm()(None, Forward(z, None, PointCode(z), z), None), [12.5, 0.5])


@pytest.mark.parametrize("backbone", [Dense((16, 9)), Dense(()), Conv((4, 6))], ids=str)
def test_decay_sums_the_squares_of_the_decoders_kernels_and_of_nothing_else(backbone):
    model, forward = built(backbone, Point(4))
    wanted = sum(
        (array**2).sum() for name, array in parameters(model).items()
        if name.startswith(("tail/", "decoder/")) and name.endswith("/kernel")
    )
    assert float(DecoderDecay()(model, forward, None)) == pytest.approx(wanted, rel=1e-5)


def test_decay_counts_tied_kernels():
    model, forward = built(Dense((16,), tied=True), Point(4))
    wanted = sum((array**2).sum() for name, array in parameters(model).items() if name.endswith("/kernel"))
    assert wanted > 0
    assert float(DecoderDecay()(model, forward, None)) == pytest.approx(wanted, rel=1e-5)


def exact(model, forward):
    def outputs(z, label):
        return model.decode(z[None], label[None])[0]

    jacobians = jax.vmap(jax.jacrev(outputs))(forward.code.z, LABELS)
    return (np.asarray(jacobians) ** 2).reshape(5, -1).sum(axis=1)


@pytest.mark.parametrize(
    ("backbone", "bottleneck", "condition"),
    [(Dense((16,), "tanh"), Gaussian(2), "class"), (Conv((4, 6)), Point(3), "none")],
    ids=str,
)
def test_the_gradient_penalty_of_small_codes_is_exact(backbone, bottleneck, condition):
    model, forward = built(backbone, bottleneck, condition)
    np.testing.assert_allclose(GradientPenalty()(model, forward, None), exact(model, forward), rtol=1e-5)


@pytest.mark.parametrize("backbone", [Dense((16,), "tanh"), Conv((4, 6))], ids=str)
def test_the_gradient_penalty_of_long_codes_is_right_on_average(backbone):
    model, forward = built(backbone, Gaussian(9), "class")
    keys = jax.random.split(jax.random.key(0), 4000)
    drawn = np.asarray(jax.jit(jax.vmap(lambda key: GradientPenalty()(model, forward, key)))(keys))
    error = drawn.std(axis=0) / np.sqrt(len(keys))
    assert (error > 0).all()
    assert (np.abs(drawn.mean(axis=0) - exact(model, forward)) < 4 * error).all()
