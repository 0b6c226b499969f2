"""Several runs of a recipe with other knobs and seeds, trained together; `advancing` says how they take their steps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from vaelab.data import threefry
from vaelab.data.batches import steps_per_epoch
from vaelab.errors import VaelabError
from vaelab.model import Autoencoder
from vaelab.objectives import Objective
from vaelab.spec import without_knobs
from vaelab.training.advancing import Chunk, Outcome
from vaelab.training.chunk import Program, knob_values, program
from vaelab.training.feed import Examples, feeding
from vaelab.training.loop import Controls, Diverged, Progress, initial_state, next_length
from vaelab.training.optimizers import Training
from vaelab.training.placement import Placement
from vaelab.training.state import TrainingState


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

    `advance` is `abreast`, `side_by_side` or `in_groups`. A lane that diverges is told of once, and the others go on.
    Of `controls`, the values are not read: each lane has its own. Raises `VaelabError` where the lanes do not fit one
    program or do not stand at the same step.
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
    keys = [threefry.key(lane.seed) for lane in lanes]
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
