"""Several runs of a recipe with other knobs and seeds, trained together: in threads, or as one program by `vmap`.

On a processor each lane is a run by itself and the cores are shared among them: no product is divided that could stay
whole. An accelerator wants large programs: there all lanes are one, and those of one seed see the same batches and the
same noise, which are drawn once.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from vaelab.data.batches import steps_per_epoch
from vaelab.errors import VaelabError
from vaelab.model import Autoencoder
from vaelab.objectives import Objective
from vaelab.spec import without_knobs
from vaelab.training.chunk import Program, knob_values, program, run_chunk, take_step
from vaelab.training.feed import Examples, feeding
from vaelab.training.loop import Controls, Diverged, Progress, initial_state, next_length
from vaelab.training.optimizers import Training
from vaelab.training.placement import Placement
from vaelab.training.state import TrainingState

LANES = TrainingState(None, 0, 0)  # type: ignore[arg-type]  # The step is one for all.


class Lane(NamedTuple):
    """One of the runs that are trained together."""

    model: Autoencoder
    objective: Objective
    training: Training
    seed: int
    state: TrainingState | None = None  # to train on from


class Standing(NamedTuple):
    """How the lanes stand after a chunk, by their index."""

    alive: dict[int, Progress]
    diverged: dict[int, Diverged]  # in this chunk; these are not trained any more


class Chunk(NamedTuple):
    """What all lanes do next; a list has an entry for each lane."""

    program: Program
    values: list[dict[str, Any]]  # of the knobs
    data: tuple[Any, Any]  # uint8 [N, H * W * C], int32 [N]
    tables: list[np.ndarray]  # int32 [longest_chunk(B), B]; of lanes with one seed, the same
    count: Any  # steps to take
    total: Any  # steps of the whole run
    keys: list[Any]
    first: bool  # of this training: its program may not be compiled yet


Outcome = tuple[list[TrainingState], dict[str, np.ndarray], np.ndarray]  # states, sums of the metrics [L], finite [L]


def train_lanes(
    lanes: Sequence[Lane],
    images: np.ndarray,
    labels: np.ndarray,
    *,
    advance: Callable[[Chunk, list[TrainingState]], Outcome],
    binarization: str = "none",
    controls: Controls | None = None,
) -> Iterator[Standing]:
    """Train on uint8 images [N, ...] of classes [N], yielding after every chunk, until no lane has steps left.

    `advance` is `abreast` or `side_by_side`. A lane that diverges is told of once, and the others go on. Of `controls`,
    the values are not read: each lane has its own. Raises `VaelabError` where the lanes do not fit one program or do
    not stand at the same step.
    """
    controls = controls or Controls()
    compiled = one_program(lanes, binarization, images.shape[1:])
    training = lanes[0].training
    values = [
        {path: np.float32(value) for path, value in knob_values(lane.objective, lane.training).items()}
        for lane in lanes
    ]  # fmt: skip
    states = [lane.state or initial_state(lane.model, training.optimizer) for lane in lanes]
    step = one_step(states)
    per_epoch = steps_per_epoch(len(images), training.batch_size)
    total = per_epoch * training.epochs
    keys = [jax.random.key(lane.seed) for lane in lanes]
    seeds = tuple(dict.fromkeys(lane.seed for lane in lanes))
    lost: set[int] = set()
    length, warm = 1, False
    with feeding(Examples(images, labels, training.batch_size, seeds, total), Placement()) as feed:
        while step < total and len(lost) < len(lanes):
            count = max(1, min(length, controls.steps, feed.steps(step)))
            data, tables = feed.read(step, count)
            own = [tables[lane.seed] for lane in lanes]
            started = time.perf_counter()
            chunk = Chunk(compiled, values, data, own, np.int32(count), np.int32(total), keys, not warm)
            result, sums, finite = advance(chunk, states)
            seconds = time.perf_counter() - started
            failed = set(np.flatnonzero(~finite).tolist()) - lost
            before, states, step, lost = states, result, step + count, lost | failed
            if warm:
                length = next_length(length, count, seconds, controls.seconds)
            warm = True
            yield Standing(
                {
                    index: Progress(
                        step, total, step / per_epoch,
                        {name: float(sum_[index]) / count for name, sum_ in sums.items()}, seconds, state,
                    )
                    for index, state in enumerate(states)
                    if index not in lost
                },
                {index: Diverged(step, before[index]) for index in sorted(failed)},
            )  # fmt: skip


def abreast(chunk: Chunk, states: list[TrainingState]) -> Outcome:
    """Each lane by itself, as many at once as there are cores: the runs by themselves, bit for bit."""

    def advance(lane: int) -> tuple[TrainingState, dict[str, float], bool]:
        state, sums, finite = run_chunk(
            chunk.program, states[lane], chunk.values[lane], chunk.data, chunk.tables[lane], chunk.count, chunk.total,
            chunk.keys[lane],
        )  # fmt: skip
        return state, {name: float(value) for name, value in sums.items()}, bool(finite)

    # The first chunk compiles: what all would do at once, one does for all.
    with ThreadPoolExecutor(1 if chunk.first else os.cpu_count()) as threads:
        found = list(threads.map(advance, range(len(states))))
    sums = {name: np.array([own[name] for _, own, _ in found]) for name in found[0][1]}
    return [state for state, _, _ in found], sums, np.array([finite for _, _, finite in found])


def side_by_side(chunk: Chunk, states: list[TrainingState]) -> Outcome:
    """All lanes in one program, equal to the runs by themselves but for the rounding of sums."""
    alike = all(table is chunk.tables[0] for table in chunk.tables)
    table, key = (chunk.tables[0], chunk.keys[0]) if alike else (np.stack(chunk.tables), jnp.stack(chunk.keys))
    state = stack(states)._replace(step=jnp.copy(states[0].step))
    state, sums, finite = run_lanes(
        chunk.program, alike, state, stack(chunk.values), chunk.data, table, chunk.count, chunk.total, key
    )
    return unstack(state, len(states)), {name: np.asarray(value) for name, value in sums.items()}, np.asarray(finite)


def one_program(lanes: Sequence[Lane], binarization: str, shape: tuple[int, ...]) -> Program:
    """The program of all lanes; raises `VaelabError` naming what keeps them from sharing one."""
    programs = [program(lane.model, lane.objective, lane.training, binarization, shape) for lane in lanes]
    shared = [{**found._asdict(), "training": without_knobs(lane.training)}
              for found, lane in zip(programs, lanes, strict=True)]  # fmt: skip
    for name, value in shared[0].items():
        if any(other[name] != value for other in shared):
            raise VaelabError(
                f"Runs that are trained together may differ in knobs and in the seed, but here the {name} differs; "
                "train these one by one."
            )
    return programs[0]


def one_step(states: Sequence[TrainingState]) -> int:
    """The step at which all lanes stand; raises `VaelabError` where they do not."""
    steps = sorted({int(state.step) for state in states})
    if len(steps) > 1:
        raise VaelabError(
            f"Runs that are trained together must stand at the same step, but these stand at {steps[0]:,} to "
            f"{steps[-1]:,}; train each on by itself until they meet, or begin anew."
        )
    return steps[0]


def stack(trees: Sequence[Any]) -> Any:
    """Trees of arrays -> one tree of arrays [L, ...]."""
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *trees)


@partial(jax.jit, static_argnames="count")
def unstack(state: TrainingState, count: int) -> list[TrainingState]:
    """The states of all lanes, in one call."""
    return [
        TrainingState(
            jnp.copy(state.step),
            *(jax.tree.map(lambda leaf, i=index: leaf[i], part) for part in (state.parameters, state.optimizer)),
        )
        for index in range(count)
    ]


@partial(jax.jit, static_argnames=("program", "alike"), donate_argnames="state")
def run_lanes(
    program: Program,
    alike: bool,  # all lanes have one seed
    state: TrainingState,  # [L, ...] but for the step
    values: dict[str, Any],  # [L]
    data: tuple[Any, Any],  # uint8 [N, H * W * C], int32 [N]
    table: Any,  # int32 [longest_chunk(B), B], with a leading axis [L] unless alike
    count: Any,
    total: Any,
    keys: Any,  # one key, or [L]
) -> tuple[TrainingState, dict[str, Any], Any]:
    """Take `count` steps in every lane: the new state, the sums of the metrics [L], and which lanes are finite [L]."""
    pixels, labels = data
    own = None if alike else 0
    step = jax.vmap(partial(take_step, program), in_axes=(0, LANES, own, own, None, own), out_axes=(LANES, 0))

    def one_step(index: Any, state: TrainingState) -> tuple[TrainingState, dict[str, Any]]:
        read = table[index] if alike else table[:, index]
        return step(values, state, pixels[read], labels[read], total, keys)

    def body(carry: Any) -> Any:
        index, state, sums, finite = carry
        state, metrics = one_step(index, state)
        return index + 1, state, jax.tree.map(jnp.add, sums, metrics), finite & jnp.isfinite(metrics["loss"])

    shapes = jax.eval_shape(one_step, 0, state)[1]
    zeros = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)
    healthy = jnp.ones(zeros["loss"].shape, bool)
    _, state, sums, finite = jax.lax.while_loop(
        lambda carry: carry[0] < count, body, (jnp.int32(0), state, zeros, healthy)
    )
    for leaf in jax.tree.leaves(state.parameters):
        finite &= jnp.isfinite(leaf).reshape(len(finite), -1).all(axis=1)
    return state, sums, finite
