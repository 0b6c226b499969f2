"""The machine's limit: what a training step would take if it were its matrix products and nothing else."""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from tests.benchmarks.workload import Work
from vaelab.architecture import Architecture
from vaelab.recipe import Recipe

STEPS = 20  # Per call of the compiled loop.


class Linear(NamedTuple):
    """A linear layer as a batch meets it: x [rows, inputs] @ kernel [inputs, outputs]."""

    rows: int
    inputs: int
    outputs: int
    first: bool  # Nobody asks for the gradient of the images.

    def operands(self, random: np.random.Generator) -> tuple[Any, ...]:
        """Random x, kernel, and gradient of the output."""
        shapes = (self.rows, self.inputs), (self.inputs, self.outputs), (self.rows, self.outputs)
        return tuple(jnp.asarray(random.standard_normal(shape, np.float32)) for shape in shapes)

    def products(self, x: Any, kernel: Any, gradient: Any) -> list[Any]:
        """The output, the kernel's gradient, and the input's gradient unless this is the first layer."""
        return [x @ kernel, x.T @ gradient] + ([] if self.first else [gradient @ kernel.T])


def linear_layers(architecture: Architecture, batch_size: int) -> list[Linear]:
    """The linear layers of an autoencoder, in the order in which a batch meets them."""
    found: list[Linear] = []
    for program in architecture.programs().values():
        shape = program.input_shape
        for layer in program.layers:
            outputs = layer.output_shape(shape)
            if layer.kind in ("linear", "tied"):
                found.append(Linear(batch_size * prod(shape[:-1]), shape[-1], outputs[-1], first=not found))
            shape = outputs
    return found


def matrix_products(recipe: Recipe) -> Work:
    """The matrix products of a recipe's training step, over and over; a yield is several steps."""
    batch_size = recipe.training.batch_size
    random = np.random.default_rng(0)
    layers = linear_layers(recipe.architecture(), batch_size)
    operands = [layer.operands(random) for layer in layers]
    results = [layer.products(*each) for layer, each in zip(layers, operands, strict=True)]
    program = loop(layers)
    while True:
        results = jax.block_until_ready(program(operands, results, np.int32(STEPS)))
        yield STEPS * batch_size


def loop(layers: list[Linear]) -> Any:
    """A compiled loop of traced length over the products of all layers, which keeps the last results."""

    def body(index: Any, carry: Any) -> Any:
        operands, _ = carry
        # Behind the barrier the operands depend on the loop's index, so that no product can move out of the loop.
        seen, _ = jax.lax.optimization_barrier((operands, index))
        return operands, [layer.products(*each) for layer, each in zip(layers, seen, strict=True)]

    def run(operands: Any, results: Any, count: Any) -> Any:
        return jax.lax.fori_loop(0, count, body, (operands, results))[1]

    return jax.jit(run, donate_argnums=1)
