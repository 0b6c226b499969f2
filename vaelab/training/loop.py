"""The training loop: a generator of `Progress` around one compiled program.

The data set lies on the device as uint8. One call of `run_chunk` takes as many steps as the caller's `Controls` allow,
in a loop whose length is an input, so one compilation serves a single step and a whole epoch; learning rate, penalty
weights and noise levels are inputs too. Everything random in step t is a function of (seed, t).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from vaelab.data.batches import Batch, binarize, rows, steps_per_epoch
from vaelab.errors import VaelabError
from vaelab.model import Autoencoder
from vaelab.objectives import Moment, Objective, Result
from vaelab.spec import knobs, substitute, without_knobs
from vaelab.training.optimizers import Optimizer, Training
from vaelab.training.schedules import Schedule
from vaelab.training.state import TrainingState

LONGEST_CHUNK = 256  # Steps per call of the compiled program; bounds its table of row numbers.
LEARNING_RATE = "training.learning_rate"
OBJECTIVE = "objective."


@dataclass
class Controls:
    """What a caller may change between two progresses; it takes effect at the next step.

    `values` maps knob paths of the recipe (`training.learning_rate`, `objective.penalties.GaussianKL.weight`) to
    numbers; what is absent keeps the recipe's value. `seconds` is how long a chunk should last, `steps` bounds it.
    """

    values: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.25
    steps: int = LONGEST_CHUNK


class Progress(NamedTuple):
    """Where a run stands after a chunk of steps."""

    step: int  # steps done
    steps: int  # steps in all
    epoch: float  # passes over the data done
    metrics: dict[str, float]  # mean over the chunk's steps, nats per example
    seconds: float  # that the chunk took
    state: TrainingState  # never donated: may be kept, saved, or passed back to continue


class Diverged(VaelabError):
    """The loss or a parameter became infinite or NaN; `state` is the last finite one."""

    def __init__(self, step: int, state: TrainingState):
        super().__init__(
            f"Training diverged at step {step}: the loss is no longer a finite number. The model of step "
            f"{int(state.step)} was kept; lower the learning rate or the weights and train on."
        )
        self.step, self.state = step, state


def initial_state(model: Autoencoder, optimizer: Optimizer) -> TrainingState:
    """The state before the first step, with the model's present parameters."""
    parameters = nnx.state(model, nnx.Param)
    zeros = jax.eval_shape(optimizer.transformation().init, parameters)
    # Every state that Adam starts from is zero; from NumPy, it costs no compilation.
    return TrainingState(
        jnp.asarray(np.int32(0)),
        jax.tree.map(jnp.asarray, parameters),
        jax.tree.map(lambda leaf: jnp.asarray(np.zeros(leaf.shape, leaf.dtype)), zeros),
    )


def train(
    model: Autoencoder,
    objective: Objective,
    images: np.ndarray,
    labels: np.ndarray,
    training: Training,
    *,
    binarization: str = "none",
    seed: int = 0,
    state: TrainingState | None = None,
    controls: Controls | None = None,
) -> Iterator[Progress]:
    """Train on uint8 images [N, ...] of int classes [N], yielding after every chunk; resumes from `state` bit for bit.

    The model object is not changed: put a progress's parameters into it with `nnx.update(model, state.parameters)`.
    Raises `Diverged` when the loss is no longer finite.
    """
    controls = controls or Controls()
    defaults = {LEARNING_RATE: training.learning_rate}
    defaults |= {OBJECTIVE + path: knob.value for path, knob in knobs(objective).items()}
    graph = nnx.graphdef(model)
    current = state or initial_state(model, training.optimizer)
    per_epoch = steps_per_epoch(len(images), training.batch_size)
    total, step = per_epoch * training.epochs, int(current.step)
    data = jnp.asarray(images.reshape(len(images), -1)), jnp.asarray(labels, jnp.int32)
    key = jax.random.key(seed)
    fixed = (graph, without_knobs(objective), training.optimizer, training.schedule, binarization, images.shape[1:])
    length, warm = 1, False
    while step < total:
        count = max(1, min(length, controls.steps, LONGEST_CHUNK, total - step))
        table = np.zeros((LONGEST_CHUNK, min(training.batch_size, len(images))), np.int32)
        table[:count] = rows(len(images), training.batch_size, seed, step, count)
        values = {path: np.float32(controls.values.get(path, value)) for path, value in defaults.items()}
        started = time.perf_counter()
        # The chunk works on a copy, so that a step into infinity costs nothing but the chunk.
        working = jax.tree.map(jnp.copy, current)
        result, sums, finite = jax.block_until_ready(
            run_chunk(*fixed, working, values, data, table, np.int32(count), np.int32(total), key)
        )
        seconds = time.perf_counter() - started
        if not finite:
            raise Diverged(int(result.step), current)
        current, step = result, step + count
        if warm:
            length = _next_length(length, count, seconds, controls.seconds)
        warm = True  # The first chunk may have compiled, which says nothing about the pace.
        metrics = {name: float(value) / count for name, value in sums.items()}
        yield Progress(step, total, step / per_epoch, metrics, seconds, current)


def _next_length(length: int, count: int, seconds: float, wanted: float) -> int:
    """Steps that would last as long as wanted, growing at most fourfold from chunk to chunk."""
    return int(min(max(1, wanted * count / max(seconds, 1e-6)), 4 * max(length, 1), LONGEST_CHUNK))


@partial(
    jax.jit,
    static_argnames=("graph", "objective", "optimizer", "schedule", "binarization", "shape"),
    donate_argnames=("state",),
)
def run_chunk(
    graph: Any,
    objective: Objective,
    optimizer: Optimizer,
    schedule: Schedule,
    binarization: str,
    shape: tuple[int, ...],  # of one example
    state: TrainingState,
    values: dict[str, Any],
    data: tuple[Any, Any],  # uint8 [N, H * W * C], flat, so that the innermost axis is long; int32 [N]
    table: Any,  # int32 [LONGEST_CHUNK, B]: which rows each step reads
    count: Any,
    total: Any,  # steps of the whole run
    key: Any,
) -> tuple[TrainingState, dict[str, Any], Any]:
    """Take `count` steps: the new state, the sums of the metrics, and whether all of it is finite."""
    tuned = substitute(
        objective, {path.removeprefix(OBJECTIVE): value for path, value in values.items() if path.startswith(OBJECTIVE)}
    )
    transformation = optimizer.transformation()
    pixels, labels = data

    def one_step(index: Any, state: TrainingState) -> tuple[TrainingState, dict[str, Any]]:
        pixel_key, objective_key, code_key = jax.random.split(jax.random.fold_in(key, state.step), 3)
        target = binarize(pixels[table[index]], binarization, pixel_key).reshape(-1, *shape)
        batch, moment = Batch(target, target, labels[table[index]]), Moment(objective_key, state.step / total)

        def loss(parameters: Any) -> tuple[Any, Result]:
            return tuned(nnx.merge(graph, parameters), batch, moment)

        gradients, result = jax.grad(loss, has_aux=True)(state.parameters)
        direction, optimizer_state = transformation.update(gradients, state.optimizer, state.parameters)
        rate = values[LEARNING_RATE] * schedule(state.step / total)
        parameters = jax.tree.map(lambda p, d: p - rate * d, state.parameters, direction)
        model = nnx.merge(graph, parameters)
        model.settle(result.code, code_key)
        return TrainingState(state.step + 1, nnx.state(model, nnx.Param), optimizer_state), result.metrics

    def body(carry: Any) -> Any:
        index, state, sums, _ = carry
        state, metrics = one_step(index, state)
        sums = jax.tree.map(jnp.add, sums, metrics)
        return index + 1, state, sums, jnp.isfinite(metrics["loss"])

    shapes = jax.eval_shape(one_step, 0, state)[1]
    zeros = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)
    # A loop of traced length, not a scan: one program serves every chunk length, and it stops at the first bad loss.
    _, state, sums, finite = jax.lax.while_loop(
        lambda carry: (carry[0] < count) & carry[3], body, (jnp.int32(0), state, zeros, jnp.bool_(True))
    )
    healthy = jnp.stack([jnp.isfinite(leaf).all() for leaf in jax.tree.leaves(state.parameters)]).all()
    return state, sums, finite & healthy
