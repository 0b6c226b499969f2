"""Recurrent layers against flax's cells, step by step, and a decoder that hears its own words."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen

from vaelab.nets import Recurrent
from vaelab.nets.cells import CELLS, states
from vaelab.nets.layers import Context
from vaelab.nets.recurrence import Recurrence, Unroll

B, T, F, H = 5, 7, 3, 6


def arrays(layer, random):
    """Numbers for all its parameters, biases included."""
    return {name: random.normal(0, 0.5, shape).astype(np.float32) for name, shape in layer.parameters().items()}


def library_cell(cell, parameters):
    """flax's cell and its parameters, from ours."""

    def columns(name, gate):
        return parameters[name][..., gate * H : (gate + 1) * H]

    if cell == "lstm":
        bias = parameters["bias"] + np.repeat([0, 1, 0, 0], H)  # The forget gate's 1 belongs to our equation.
        own = {f"i{g}": {"kernel": columns("kernel", i)} for i, g in enumerate("ifgo")}
        own |= {
            f"h{g}": {"kernel": columns("recurrent", i), "bias": bias[i * H : (i + 1) * H]}
            for i, g in enumerate("ifgo")
        }
        return linen.OptimizedLSTMCell(H), own
    own = {f"i{g}": {"kernel": columns("kernel", i), "bias": columns("bias", i)} for i, g in enumerate("rzn")}
    own |= {f"h{g}": {"kernel": columns("recurrent", i)} for i, g in enumerate("rzn")}
    own["hn"]["bias"] = columns("bias", 3)
    return linen.GRUCell(H), own


@pytest.mark.parametrize("cell", CELLS)
def test_reading_a_sequence_is_the_librarys_cell_step_by_step(cell, random):
    layer = Recurrence(cell, F, H)
    parameters = arrays(layer, random)
    x = random.normal(size=(B, T, F)).astype(np.float32)
    library, own = library_cell(cell, parameters)
    carry = jnp.zeros((B, H)) if cell == "gru" else (jnp.zeros((B, H)), jnp.zeros((B, H)))
    for step in range(T):
        carry, h = library.apply({"params": own}, carry, x[:, step])
    np.testing.assert_allclose(layer(x, parameters), h[:, None], atol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("positions", "outputs", "channels"), [(1, 3, 3), (1, 4, 2), (5, 2, 1)])
@pytest.mark.parametrize("steps", [1, 2, T])
def test_a_decoder_taught_its_own_output_writes_it_again(cell, positions, outputs, channels, steps, random):
    layer = Unroll(cell, H, steps, positions, outputs, channels, teacher_forcing=True)
    parameters = arrays(layer, random)
    features = random.normal(size=(B, 1, H)).astype(np.float32)
    free = layer(features, parameters)
    assert free.shape == (B, *layer.output_shape((1, H))) == (B, steps, positions * outputs)
    means = free.reshape(B, steps, positions, outputs)[..., :channels]
    np.testing.assert_allclose(layer.run(features, parameters, Context(teacher=means)), free, atol=1e-4)

    other = layer.run(features, parameters, Context(teacher=means + 1))
    np.testing.assert_array_equal(other[:, 0], layer.run(features, parameters, Context(teacher=means))[:, 0])
    assert steps == 1 or np.abs(other[:, 1:] - free[:, 1:]).min(axis=(0, 2)).max() > 0
    deaf = Unroll(cell, H, steps, positions, outputs, channels, teacher_forcing=False)
    np.testing.assert_array_equal(deaf.run(features, parameters, Context(teacher=means + 1)), free)


@pytest.mark.parametrize("cell", CELLS)
def test_writing_is_one_step_after_the_other(cell, random):
    layer = Unroll(cell, H, T, 2, 3, 2, teacher_forcing=False)
    parameters = arrays(layer, random)
    features = random.normal(size=(B, 1, H)).astype(np.float32)

    def written(parameters, features):
        library, own = library_cell(cell, parameters)
        start = jnp.tanh(features[:, 0])
        carry, x, steps = start if cell == "gru" else (features[:, 0], start), jnp.zeros((B, 4)), []
        for _ in range(T):
            carry, h = library.apply({"params": own}, carry, x)
            steps.append(h @ parameters["output_kernel"] + parameters["output_bias"][None])
            x = steps[-1].reshape(B, 2, 3)[..., :2].reshape(B, 4)
        return jnp.stack(steps, axis=1)

    np.testing.assert_allclose(layer(features, parameters), written(parameters, features), atol=1e-4)
    found, expected = (
        jax.jit(jax.grad(lambda *given, write=write: (write(*given) ** 2).mean(), argnums=(0, 1)))(parameters, features)
        for write in (lambda parameters, features: layer(features, parameters), written)
    )
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4), found, expected)


def test_the_states_of_no_step_are_none():
    start = (jnp.zeros((B, H)),)
    found = states(lambda state, x, sums: state, start, None, jnp.zeros((H, H)), jnp.zeros(H), 0)
    assert found.shape == (0, B, H)


def test_a_likelihood_with_two_numbers_per_value_feeds_back_the_first():
    program = Recurrent(hidden=H).decoder((T, 2 * F), (T, F))
    assert program.output_shape == (T, 2 * F)
    assert program.parameters()["0/kernel"] == (F, 3 * H)
    assert program.parameters()["0/output_kernel"] == (H, 2 * F)
    image = Recurrent(cell="lstm", hidden=H).decoder((9, 4, 2), (9, 4, 1))
    assert image.output_shape == (9, 4, 2) and image.parameters()["0/kernel"] == (4, 4 * H)
