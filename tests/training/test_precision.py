"""Products in bfloat16, everything else in float32."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from ml_dtypes import bfloat16

from vaelab.assign import assign
from vaelab.nets import products
from vaelab.nets.products import computing_in, product
from vaelab.presets import preset
from vaelab.training.loop import Controls

RECIPE = assign(preset("vae_2d").recipe, "data.name=digits", "backbone.hidden=32", "training.epochs=20")
BFLOAT16 = "training.precision=bfloat16"


def rounded(x):
    return np.asarray(jnp.asarray(x).astype(jnp.bfloat16).astype(jnp.float32), np.float64)


def test_a_product_rounds_what_it_reads_and_adds_in_float32(random):
    shapes = ((8, 300), (300, 16), (8, 16))
    x, kernel, slope = (jnp.asarray(random.normal(size=shape), jnp.float32) for shape in shapes)

    def value(x, kernel):
        return (product(x, kernel) * slope).sum()

    with computing_in("bfloat16"):
        found, slopes = product(x, kernel), jax.grad(value, (0, 1))(x, kernel)
    np.testing.assert_allclose(found, rounded(x) @ rounded(kernel), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(slopes[0], rounded(slope) @ rounded(kernel).T, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(slopes[1], rounded(x).T @ rounded(slope), rtol=1e-5, atol=1e-5)
    assert 1e-4 < np.abs(found - x @ kernel).max() < 1  # Not what float32 finds, and not far from it.
    np.testing.assert_array_equal(product(x, kernel), x @ kernel)


def test_numbers_are_rounded_as_everywhere(random):
    bits = random.integers(0, 2**32, 100_000, dtype=np.uint32)
    numbers = bits.view(np.float32)
    numbers = np.append(numbers[~np.isnan(numbers)], np.float32([0, -0.0, np.inf, -np.inf, np.nan, 1 + 2**-8]))
    found = np.asarray(products._round(numbers)).astype(np.float32)
    np.testing.assert_array_equal(found, numbers.astype(bfloat16).astype(np.float32))


@pytest.mark.parametrize("order", ["x @ k", "x @ k.T", "(x @ k).T"])
def test_transposed_or_not_a_product_and_its_slopes_run_compiled(order, random):
    """What the compiler makes of a transposed product must be one that the device has."""
    shapes = {"x @ k": ((64, 300), (300, 48)), "x @ k.T": ((64, 300), (48, 300)), "(x @ k).T": ((64, 300), (300, 48))}
    x, kernel = (jnp.asarray(random.normal(size=shape), jnp.float32) for shape in shapes[order])

    def value(x, kernel):
        found = product(x, kernel.T if order == "x @ k.T" else kernel)
        return jnp.sin(found.T if order == "(x @ k).T" else found).sum()

    with computing_in("bfloat16"):
        plain, compiled = (function(value)(x, kernel) for function in (gradients, lambda f: jax.jit(gradients(f))))
    for one, other in zip(plain, compiled, strict=True):
        np.testing.assert_allclose(one, other, rtol=0.02, atol=0.05)


def gradients(function):
    return jax.grad(function, (0, 1))


def trained(recipe, digits):
    return list(recipe.train(seed=1, dataset=digits, controls=Controls(steps=44, seconds=60)))


def test_a_model_learns_as_much_in_bfloat16_and_is_kept_in_float32(digits):
    exact, mixed = (trained(assign(RECIPE, *changes), digits) for changes in ((), (BFLOAT16,)))
    losses = [run[-1].metrics["loss"] for run in (exact, mixed)]
    assert losses[1] == pytest.approx(losses[0], rel=0.01) and losses[1] != losses[0]
    assert losses[1] < 0.8 * mixed[0].metrics["loss"]
    floating = [leaf for leaf in jax.tree.leaves(mixed[-1].state) if jnp.issubdtype(leaf.dtype, jnp.floating)]
    assert {leaf.dtype for leaf in floating} == {jnp.dtype("float32")}


KINDS = ("conv_vae", "masked_ae", "recurrent_ae", "contractive_ae", "regularized_ae", "iwae", "vq_vae", "denoising_ae")


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_network_trains_in_bfloat16(digits, name):
    recipe = assign(preset(name).recipe, "data.name=digits", BFLOAT16, "training.epochs=3")
    runs = trained(recipe, digits)
    assert runs[-1].metrics["loss"] < runs[0].metrics["loss"]
