"""Tied weights: a kernel that is used on both sides of the code, and learns from both."""

import jax
import numpy as np
import pytest
from flax import nnx

from vaelab.bottlenecks import Gaussian, Point
from vaelab.data import Data
from vaelab.errors import RecipeError
from vaelab.model import load_parameters, parameters
from vaelab.nets import Dense
from vaelab.objectives import Additive, FixedGaussian
from vaelab.recipe import Recipe

OBJECTIVE = Additive(likelihood=FixedGaussian(), penalties=())


def built(tied, hidden=(7, 5)):
    return Recipe(Data("digits", "none"), Dense(hidden, "tanh", tied), Point(3), OBJECTIVE).build(seed=0)


def test_the_decoder_owns_biases_only():
    names = parameters(built(True))
    assert {name for name in names if name.startswith(("tail", "decoder"))} == {
        "tail/0/bias", "decoder/1/bias", "decoder/3/bias",
    }


SOURCES = {
    "tail/0/kernel": "head/1/kernel", "decoder/1/kernel": "encoder/3/kernel", "decoder/3/kernel": "encoder/1/kernel",
}


def free_copy(tied):
    """An untied model that starts from the transposed kernels."""
    arrays, free = parameters(tied), built(False)
    load_parameters(free, arrays | {mirror: arrays[source].T for mirror, source in SOURCES.items()})
    return free


def test_outputs_and_gradients_are_those_of_transposed_kernels(random):
    """d/dW of f(W, W^T) is the sum of both sides': what flows to the encoder's kernel and, turned, to the decoder's."""
    tied = built(True)
    free = free_copy(tied)
    x = random.random((6, 8, 8, 1)).astype(np.float32)
    np.testing.assert_allclose(tied(x).parameters, free(x).parameters, atol=1e-5)

    def gradients(model):
        graph, state = nnx.split(model)
        found = jax.grad(lambda state: ((nnx.merge(graph, state)(x).parameters - x) ** 2).mean())(state)
        part = nnx.merge(graph, found)
        return parameters(part)

    shared, apart = gradients(tied), gradients(free)
    for mirror, source in SOURCES.items():
        assert np.abs(apart[mirror]).max() > 1e-5 and np.abs(apart[source]).max() > 1e-5
        np.testing.assert_allclose(shared[source], apart[source] + apart[mirror].T, atol=1e-6)
    for name in shared.keys() - set(SOURCES.values()):
        np.testing.assert_allclose(shared[name], apart[name], atol=1e-6)


@pytest.mark.parametrize("bottleneck", [Gaussian(3)])
def test_a_decoder_that_is_no_mirror_image_is_refused(bottleneck):
    with pytest.raises(RecipeError, match="Tied weights need a decoder that mirrors the encoder"):
        Recipe(Data("digits", "none"), Dense((7,), tied=True), bottleneck, OBJECTIVE)
