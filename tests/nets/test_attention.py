"""Transformer layers against sums written out, and what the hidden patches must not do."""

import jax
import numpy as np
import pytest

from vaelab.errors import RecipeError
from vaelab.nets import Patch
from vaelab.nets.attention import Attention, Feedforward, Norm
from vaelab.nets.initializer import Initializer
from vaelab.nets.layers import Context
from vaelab.nets.patches import Patches, Positions, Unpatch, places
from vaelab.nets.stack import Stack

B, T, W = 3, 5, 8


def arrays(layer, random):
    """Numbers for all its parameters, gains and biases included."""
    return {name: random.normal(0, 0.5, shape).astype(np.float32) for name, shape in layer.parameters().items()}


def normed(x, parameters):
    """The layer norm, a token at a time."""
    standard = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-6)
    return standard * (1 + parameters["gain"]) + parameters["shift"]


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_attention_is_the_sum_over_tokens_that_its_equation_says(heads, random):
    layer = Attention(W, heads)
    parameters = arrays(layer, random)
    x = random.normal(size=(B, T, W)).astype(np.float32)
    expected = np.empty_like(x)
    size = W // heads
    for example in range(B):
        q, k, v = np.split(normed(x[example], parameters) @ parameters["kernel"] + parameters["bias"], 3, axis=1)
        mixed = np.zeros((T, W))
        for head in range(heads):
            own = slice(head * size, (head + 1) * size)
            for token in range(T):
                scores = np.exp([q[token, own] @ k[other, own] / np.sqrt(size) for other in range(T)])
                mixed[token, own] = sum(s * v[other, own] for other, s in enumerate(scores / scores.sum()))
        expected[example] = x[example] + mixed @ parameters["output_kernel"] + parameters["output_bias"]
    np.testing.assert_allclose(layer(x, parameters), expected, atol=1e-4)


def test_norm_and_feedforward(random):
    x = random.normal(2, 3, (B, T, W)).astype(np.float32)
    parameters = arrays(Norm(W), random)
    np.testing.assert_allclose(Norm(W)(x, parameters), normed(x, parameters), atol=1e-5)
    layer = Feedforward(W, 12)
    parameters = arrays(layer, random)
    inner = np.asarray(jax.nn.gelu(normed(x, parameters) @ parameters["kernel"] + parameters["bias"]))
    expected = x + inner @ parameters["output_kernel"] + parameters["output_bias"]
    np.testing.assert_allclose(layer(x, parameters), expected, atol=1e-4)


def test_patches_are_squares_row_by_row_and_are_put_together_again(random):
    x = random.normal(size=(B, 6, 9, 2)).astype(np.float32)
    patches = Patches(3)(x, {})
    assert patches.shape == (B, 6, 18)
    np.testing.assert_array_equal(patches[:, 4], x[:, 3:6, 3:6].reshape(B, 18))
    np.testing.assert_array_equal(Unpatch(2, 3, 3, 2)(patches, {}), x)


def test_places_are_sines_and_cosines_of_row_and_column():
    table = places(3, 5, 8)
    assert table.shape == (15, 8) and table.dtype == np.float32
    row, column = 2, 3
    expected = [f(p * w) for p in (row, column) for f in (np.sin, np.cos) for w in (1.0, 0.01)]
    np.testing.assert_allclose(table[row * 5 + column], expected, atol=1e-6)
    assert len(np.unique(table.round(4), axis=0)) == 15
    np.testing.assert_array_equal(Positions(3, 5, 8)(np.zeros((B, 15, 8), np.float32), {})[1], table)


@pytest.fixture
def encoder():
    """Of images of 7 x 10 pixels: 3 x 4 patches, some of them padded."""
    return Stack(Patch(size=3, width=8, depth=2, heads=2).encoder((7, 10, 2)), "encoder", Initializer(0))


@pytest.fixture
def images(random):
    return random.normal(size=(B, 7, 10, 2)).astype(np.float32)


def test_all_patches_visible_in_any_order_is_nothing_hidden(encoder, images, random):
    everything = encoder(images)
    assert everything.shape == (B, 12, 8)
    ordered = np.tile(np.arange(12, dtype=np.int32), (B, 1))
    np.testing.assert_allclose(encoder(images, Context(visible=ordered)), everything, atol=1e-6)
    some = np.stack([random.permutation(12)[:5] for _ in range(B)]).astype(np.int32)
    shuffled = np.stack([random.permutation(row) for row in some])
    found = encoder(images, Context(visible=some))
    np.testing.assert_allclose(encoder(images, Context(visible=shuffled)), found, atol=1e-5)
    assert np.abs(found - everything).max() > 1e-2


def test_hidden_pixels_have_no_influence(encoder, images, random):
    visible = np.stack([random.permutation(12)[:5] for _ in range(B)]).astype(np.int32)
    gradient = jax.grad(lambda x: (encoder(x, Context(visible=visible)) ** 2).sum())(images)
    shown = np.zeros((B, 12, 1), np.float32)
    np.put_along_axis(shown, visible[..., None], 1, axis=1)
    pixels = np.asarray(Unpatch(3, 4, 3, 2)(shown.repeat(18, axis=2), {}))[:, :7, :10]
    assert (np.asarray(gradient)[pixels == 0] == 0).all()
    assert (np.asarray(gradient)[pixels == 1] != 0).mean() > 0.99


def test_one_trained_vector_stands_for_every_hidden_patch(encoder, images, random):
    encoder.layers[str(len(encoder.program.layers) - 1)]["mask"][...] = np.arange(8.0)
    visible = np.stack([random.permutation(12)[:5] for _ in range(B)]).astype(np.int32)
    found = np.asarray(encoder(images, Context(visible=visible)))
    hidden = np.ones((B, 12), bool)
    np.put_along_axis(hidden, visible, False, axis=1)
    np.testing.assert_allclose(found[hidden], np.tile(np.arange(8.0), (B * 7, 1)), atol=1e-6)
    assert (np.abs(found[~hidden] - np.arange(8.0)) > 1e-3).any(axis=-1).all()


def test_the_encoder_computes_on_visible_tokens_alone(encoder, images):
    def products(visible):
        text = str(jax.make_jaxpr(lambda x: encoder(x, Context(visible=visible)))(images))
        return [line for line in text.splitlines() if "dot_general" in line and f"{B * 12}," in line]

    assert products(None) and not products(np.zeros((B, 5), np.int32))


@pytest.mark.parametrize("settings", [{"width": 12, "heads": 8}, {"width": 6, "heads": 2}])
def test_a_width_that_heads_or_places_do_not_divide_is_refused(settings):
    with pytest.raises(RecipeError, match="must be a multiple of 4 and of its"):
        Patch(**settings)


def test_sequences_are_refused():
    with pytest.raises(RecipeError, match="sequences of 8 steps; choose"):
        Patch().encoder((8, 2))
