"""The compiled program of training: a number of steps in one call.

Its length is an input, so one compilation serves a single step and a whole epoch; learning rate, penalty weights and
noise levels are inputs too. Everything random in step t is a function of (seed, t).
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx

from vaelab.data.batches import Batch, binarize
from vaelab.model import Autoencoder
from vaelab.nets.products import Precision, computing_in
from vaelab.objectives import Moment, Objective, Result
from vaelab.spec import knobs, substitute, without_knobs
from vaelab.training.optimizers import Optimizer, Training
from vaelab.training.schedules import Schedule
from vaelab.training.state import TrainingState

LONGEST_CHUNK = 1024  # Steps per call of the compiled program, where a table of so many batches is small.
TABLE = 1 << 17  # Row numbers in that table; batches of more than 128 examples make it shorter.
LEARNING_RATE = "training.learning_rate"
OBJECTIVE = "objective."


def longest_chunk(batch: int) -> int:
    """Steps per call of the compiled program, in batches of so many examples: as many as its table has rows."""
    return max(1, min(LONGEST_CHUNK, TABLE // batch))


class Program(NamedTuple):
    """What one compilation serves: all of a recipe that is no number to be turned, and no data."""

    graph: Any  # of the model
    objective: Objective  # without its knobs' values
    optimizer: Optimizer
    schedule: Schedule
    binarization: str
    shape: tuple[int, ...]  # of one example
    precision: Precision  # of the products of its networks


def program(model: Autoencoder, objective: Objective, training: Training, binarization: str, shape: Any) -> Program:
    """The program that trains a model."""
    graph = nnx.graphdef(model)
    return Program(
        graph, without_knobs(objective), training.optimizer, training.schedule, binarization, shape, training.precision
    )  # fmt: skip


def knob_values(objective: Objective, training: Training) -> dict[str, float]:
    """All knobs by their path in the recipe."""
    return {LEARNING_RATE: training.learning_rate} | {
        OBJECTIVE + path: knob.value for path, knob in knobs(objective).items()
    }


class Drawn(NamedTuple):
    """What a step reads besides the state and the knobs."""

    target: Any  # float32 [B, *shape] in [0, 1]
    labels: Any  # int32 [B]
    objective_key: Any
    code_key: Any


def draw(program: Program, step: Any, pixels: Any, labels: Any, key: Any) -> Drawn:
    """The batch of a step from its uint8 pixels [B, H * W * C] and classes [B]; `key` is that of the whole run."""
    pixel_key, objective_key, code_key = jax.random.split(jax.random.fold_in(key, step), 3)
    target = binarize(pixels, program.binarization, pixel_key).reshape(-1, *program.shape)
    return Drawn(target, labels, objective_key, code_key)


def take_step(
    program: Program, values: dict[str, Any], state: TrainingState, drawn: Drawn, total: Any
) -> tuple[TrainingState, dict[str, Any]]:
    """One step: the new state, and the metrics in nats per example. `total` is the steps of the whole run."""
    tuned = substitute(
        program.objective,
        {path.removeprefix(OBJECTIVE): value for path, value in values.items() if path.startswith(OBJECTIVE)},
    )
    batch = Batch(drawn.target, drawn.target, drawn.labels)
    moment = Moment(drawn.objective_key, state.step / total)

    def loss(parameters: Any) -> tuple[Any, Result]:
        return tuned(nnx.merge(program.graph, parameters), batch, moment)

    with computing_in(program.precision):
        gradients, result = jax.grad(loss, has_aux=True)(state.parameters)
    transformation = program.optimizer.transformation()
    direction, optimizer_state = transformation.update(gradients, state.optimizer, state.parameters)
    rate = values[LEARNING_RATE] * program.schedule(state.step / total)
    parameters = jax.tree.map(lambda p, d: p - rate * d, state.parameters, direction)
    model = nnx.merge(program.graph, parameters)
    model.settle(result.code, drawn.code_key)
    return TrainingState(state.step + 1, nnx.state(model, nnx.Param), optimizer_state), result.metrics


@partial(jax.jit, static_argnames="program")
def run_chunk(
    program: Program,
    state: TrainingState,
    values: dict[str, Any],
    data: tuple[Any, Any],  # uint8 [N, H * W * C], flat, so that the innermost axis is long; int32 [N]
    table: Any,  # int32 [longest_chunk(B), B]: which rows each step reads
    count: Any,
    total: Any,  # steps of the whole run
    key: Any,
) -> tuple[TrainingState, dict[str, Any], Any]:
    """Take `count` steps: the new state, the sums of the metrics, and whether all of it is finite."""
    pixels, labels = data

    # Traced once: for the shapes of its metrics and for the loop.
    @partial(jax.jit, inline=True)
    def one_step(index: Any, state: TrainingState) -> tuple[TrainingState, dict[str, Any]]:
        drawn = draw(program, state.step, pixels[table[index]], labels[table[index]], key)
        return take_step(program, values, state, drawn, total)

    def body(carry: Any) -> Any:
        index, state, sums, _ = carry
        state, metrics = one_step(index, state)
        sums = jax.tree.map(jnp.add, sums, metrics)
        return index + 1, state, sums, jnp.isfinite(metrics["loss"])

    shapes = jax.eval_shape(one_step, jnp.int32(0), state)[1]
    zeros = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)
    # A loop of traced length, not a scan: one program serves every chunk length, and it stops at the first bad loss.
    _, state, sums, finite = jax.lax.while_loop(
        lambda carry: (carry[0] < count) & carry[3], body, (jnp.int32(0), state, zeros, jnp.bool_(True))
    )
    healthy = jnp.stack([jnp.isfinite(leaf).all() for leaf in jax.tree.leaves(state.parameters)]).all()
    return state, sums, finite & healthy
