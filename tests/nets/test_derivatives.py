"""Layers whose derivatives are written by hand: the same as what is derived from their plain form, and once more."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from vaelab.nets.attention import Attention
from vaelab.nets.mixing import mixed
from vaelab.nets.standardizing import EPSILON, standardized

B, HEADS, T, D = 2, 3, 7, 4


def plainly_mixed(queries, keys, values):
    return jax.nn.softmax(queries @ keys.swapaxes(-1, -2), axis=-1) @ values


def plainly_standardized(x):
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / jnp.sqrt((centred**2).mean(axis=-1, keepdims=True) + EPSILON)


FORMS = {
    "mixed": (mixed, plainly_mixed, [(B, HEADS, T, D)] * 3),
    "standardized": (standardized, plainly_standardized, [(B, T, D)]),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("scale", [1.0, 30.0])  # Scores of thousands: no power may overflow.
def test_values_and_derivatives_are_those_of_the_plain_form(name, scale, random):
    ours, plain, shapes = FORMS[name]
    inputs = [jnp.asarray(scale * random.normal(size=shape), jnp.float32) for shape in shapes]
    slope = jnp.asarray(random.normal(size=shapes[0]), jnp.float32)
    (found, pull), (expected, plain_pull) = (jax.vjp(function, *inputs) for function in (ours, plain))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    for one, other in zip(pull(slope), plain_pull(slope), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4 * scale)


@pytest.mark.parametrize("name", FORMS)
def test_so_are_the_derivatives_of_their_derivatives(name, random):
    ours, plain, shapes = FORMS[name]
    inputs = [jnp.asarray(random.normal(size=shape), jnp.float32) for shape in shapes]
    slope = jnp.asarray(random.normal(size=shapes[0]), jnp.float32)

    def steepness(function):
        def square(*inputs):
            return sum((part**2).sum() for part in jax.vjp(function, *inputs)[1](slope))

        return jax.grad(square, argnums=range(len(inputs)))(*inputs)

    for one, other in zip(steepness(ours), steepness(plain), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-3)


def test_no_product_of_attention_is_compiled_to_read_a_matrix_down_its_columns():
    layer = Attention(48, 4)
    parameters = {name: jnp.ones(shape) for name, shape in layer.parameters().items()}
    slopes = jax.jit(jax.grad(lambda x, parameters: (layer(x, parameters) ** 2).sum(), argnums=(0, 1)))
    text = slopes.lower(jnp.ones((8, 49, 48)), parameters).compile().as_text()
    axes = re.findall(r" dot\(.* lhs_batch_dims=\{0,1\}, lhs_contracting_dims=\{(\d)\}", text)
    assert axes == ["3"] * 7  # Scores, sums, mixture; and back: of the scores, queries, keys and values.
