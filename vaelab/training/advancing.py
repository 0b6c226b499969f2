"""How several runs take their steps: each by itself in a thread, as one program by `vmap`, or a group per thread.

On a processor the cores are shared among the lanes: no product is divided that could stay whole. Large models are each
a run by itself there. Of small ones, whose steps are many small passes, a core trains a group as one program, and an
accelerator trains all lanes as one. In a program, lanes of one seed read the same batches and the same noise, which are
drawn once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from vaelab.training.chunk import Drawn, Program, draw, run_chunk, take_step
from vaelab.training.state import TrainingState

LANES = TrainingState(None, 0, 0)  # type: ignore[arg-type]  # The step is one for all.


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


def abreast(chunk: Chunk, states: list[TrainingState]) -> Outcome:
    """Each lane by itself, as many at once as there are cores: the runs by themselves, bit for bit."""

    def advance(lane: int) -> tuple[TrainingState, dict[str, float], bool]:
        state, sums, finite = run_chunk(
            chunk.program, states[lane], chunk.values[lane], chunk.data, chunk.tables[lane], chunk.count, chunk.total,
            chunk.keys[lane],
        )  # fmt: skip
        return state, {name: float(value) for name, value in sums.items()}, bool(finite)

    found = _in_threads(advance, range(len(states)), chunk)
    sums = {name: np.array([own[name] for _, own, _ in found]) for name in found[0][1]}
    return [state for state, _, _ in found], sums, np.array([finite for _, _, finite in found])


def side_by_side(chunk: Chunk, states: list[TrainingState]) -> Outcome:
    """All lanes in one program, equal to the runs by themselves but for the rounding of sums."""
    alike = all(table is chunk.tables[0] for table in chunk.tables)
    table, key = (chunk.tables[0], chunk.keys[0]) if alike else (np.stack(chunk.tables), jnp.stack(chunk.keys))
    states, sums, finite = run_lanes(
        chunk.program, alike, states, chunk.values, chunk.data, table, chunk.count, chunk.total, key
    )
    return states, {name: np.asarray(value) for name, value in sums.items()}, np.asarray(finite)


def in_groups(chunk: Chunk, states: list[TrainingState]) -> Outcome:
    """A group of lanes per core, each group side by side."""
    count = min(cores(), len(states))
    bounds = [len(states) * index // count for index in range(count + 1)]
    groups = [slice(*pair) for pair in pairwise(bounds)]

    def advance(group: slice) -> Outcome:
        own = chunk._replace(values=chunk.values[group], tables=chunk.tables[group], keys=chunk.keys[group])
        return side_by_side(own, states[group])

    found = _in_threads(advance, groups, chunk)
    sums = {name: np.concatenate([own[name] for _, own, _ in found]) for name in found[0][1]}
    return [state for own, _, _ in found for state in own], sums, np.concatenate([finite for _, _, finite in found])


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _in_threads(advance: Callable[[Any], Any], parts: Iterable[Any], chunk: Chunk) -> list[Any]:
    """What `advance` makes of each part, a thread per core."""
    # The first chunk compiles: what all would do at once, one does for all.
    with ThreadPoolExecutor(1 if chunk.first else cores()) as threads:
        return list(threads.map(advance, parts))


@partial(jax.jit, static_argnames=("program", "alike"))
def run_lanes(
    program: Program,
    alike: bool,  # all lanes have one seed
    states: list[TrainingState],  # of the lanes
    values: list[dict[str, Any]],  # of the lanes
    data: tuple[Any, Any],  # uint8 [N, H * W * C], int32 [N]
    table: Any,  # int32 [longest_chunk(B), B], with a leading axis [L] unless alike
    count: Any,
    total: Any,
    keys: Any,  # one key, or [L]
) -> tuple[list[TrainingState], dict[str, Any], Any]:
    """Take `count` steps in every lane: the new states, the sums of the metrics [L], and which lanes are finite [L]."""
    pixels, labels = data
    step = jax.vmap(partial(take_step, program), in_axes=(0, LANES, None if alike else 0, None), out_axes=(LANES, 0))
    drawing = partial(draw, program) if alike else jax.vmap(partial(draw, program), in_axes=(None, 0, 0, 0))

    def ahead(index: Any, step: Any) -> Drawn:
        read = table[index] if alike else table[:, index]
        return drawing(step, pixels[read], labels[read], keys)

    def one_step(state: TrainingState, drawn: Drawn) -> tuple[TrainingState, dict[str, Any]]:
        return step(stacked_values, state, drawn, total)

    def body(carry: Any) -> Any:
        index, state, drawn, sums, finite = carry
        # A step ahead, as part of the loop's state: the compiler would draw the bits anew for every lane otherwise.
        following = ahead(index + 1, state.step + 1)
        state, metrics = one_step(state, drawn)
        return index + 1, state, following, jax.tree.map(jnp.add, sums, metrics), finite & jnp.isfinite(metrics["loss"])

    stacked_values, state = _stack(values), _stack(states)._replace(step=states[0].step)
    first = ahead(0, state.step)
    shapes = jax.eval_shape(one_step, state, first)[1]
    zeros = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)
    healthy = jnp.ones(zeros["loss"].shape, bool)
    _, state, _, sums, finite = jax.lax.while_loop(
        lambda carry: carry[0] < count, body, (jnp.int32(0), state, first, zeros, healthy)
    )
    for leaf in jax.tree.leaves(state.parameters):
        finite &= jnp.isfinite(leaf).reshape(len(finite), -1).all(axis=1)
    return [_lane(state, index) for index in range(len(states))], sums, finite


def _stack(trees: Sequence[Any]) -> Any:
    """Trees of arrays -> one tree of arrays [L, ...]."""
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *trees)


def _lane(state: TrainingState, index: int) -> TrainingState:
    parts = (jax.tree.map(lambda leaf: leaf[index], part) for part in (state.parameters, state.optimizer))
    return TrainingState(state.step, *parts)
