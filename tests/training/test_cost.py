"""What a step costs, read off the compiled program: a gate against regressions that asks no clock and no host.

Products are the matrix products of the step as it is written; what is counted beside them is everything else that the
compiled loop computes, and the memory that it works in. A formulation that computes something twice, keeps what it need
not, or calls a library convolution shows here before it shows in a benchmark.
"""

import math
import re
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from vaelab.assign import assign
from vaelab.presets import preset
from vaelab.training.chunk import knob_values, longest_chunk, program, run_chunk
from vaelab.training.loop import initial_state

BATCH = 128
SHAPE = "tensor<([^>]*)>"
DOT = re.compile(rf"dot_general .*?(?:batching_dims = \[([\d, ]*)\].*?)?: \({SHAPE}, {SHAPE}\) -> {SHAPE}")


class Cost(NamedTuple):
    """Of one step."""

    products: int  # matrix products
    operations: float  # all arithmetic, in units of that of the products
    memory: float  # beside state and data, in units of the model's numbers and of the batch's


def cost(name: str, data: str) -> Cost:
    """Of a preset on images or strokes in batches of 128."""
    recipe = assign(preset(name).recipe, f"data.name={data}")
    model, size = recipe.build(), math.prod(recipe.shape)
    state = initial_state(model, recipe.training.optimizer)
    shape = jax.ShapeDtypeStruct
    lowered = run_chunk.lower(
        program(model, recipe.objective, recipe.training, recipe.data.binarization, recipe.shape),
        state, knob_values(recipe.objective, recipe.training),
        (shape((60_000, size), jnp.uint8), shape((60_000,), jnp.int32)),
        shape((longest_chunk(BATCH), BATCH), jnp.int32), np.int32(1), np.int32(1), jax.random.key(0),
    )  # fmt: skip
    text, compiled = lowered.as_text(), lowered.compile()
    assert "convolution" not in text
    found = DOT.findall(text)
    assert len(found) == text.count("dot_general")
    numbers = sum(leaf.size for leaf in jax.tree.leaves(state.parameters)) + BATCH * size
    return Cost(
        len(found),
        compiled.cost_analysis()["flops"] / sum(map(operations, found)),
        compiled.memory_analysis().temp_size_in_bytes / (4 * numbers),
    )


def operations(dot: tuple[str, str, str, str]) -> float:
    """Multiplications and additions of a product of [b, m, k] and [b, k, n]."""
    batched, *shapes = dot
    left, right, out = ([int(part) for part in text.split("x")[:-1]] for text in shapes)
    batch = math.prod(left[int(axis)] for axis in batched.split(",")) if batched.strip() else 1
    return 2 * math.sqrt(math.prod(left) * math.prod(right) * math.prod(out) / batch)


@pytest.mark.parametrize(
    ("name", "data", "most"),
    [
        ("vae", "mnist", Cost(11, 1.06, 3)),  # 4 forward, 4 for the kernels, 3 for what they read.
        ("conv_vae", "mnist", Cost(17, 1.06, 40)),
        ("masked_ae", "mnist", Cost(75, 1.08, 58)),  # 26 of them with one column: sums and means of tokens.
        ("recurrent_ae", "pendigits", Cost(26, 1.10, 130)),  # Those in a loop over the points count once.
        ("contractive_ae", "mnist", Cost(10, 0.92, 5)),  # The compiler saves two of them.
        ("iwae", "mnist", Cost(17, 1.06, 9)),
    ],
)
def test_a_step_costs_its_products_and_little_else(name, data, most):
    """The limits are what was found, with a few percent of room, and of memory twice as much: processors differ."""
    found = cost(name, data)
    assert found.products == most.products
    assert found.operations < most.operations
    assert found.memory < most.memory
