"""vaelab's side: the engine as a user calls it, timed from progress to progress."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from tests.benchmarks.workload import Work

if TYPE_CHECKING:
    from vaelab.recipe import Recipe

ENDLESS = "training.epochs=100000"
BETA = "objective.penalties.GaussianKL.weight"


def train(examples: np.ndarray, data: str, preset_name: str, *assignments: str) -> Work:
    """Train a preset on uint8 examples [N, ...] of a data set's shape; every yield is one chunk."""
    from vaelab.data import Dataset, Split
    from vaelab.training.threads import suit

    chosen = recipe(data, preset_name, *assignments)
    suit(chosen.architecture(), chosen.training.batch_size)
    split = Split(examples, np.zeros(len(examples), np.int64))
    before = 0
    for progress in chosen.train(dataset=Dataset(data, split, split, ())):
        yield (progress.step - before) * chosen.training.batch_size
        before = progress.step


def sweep(examples: np.ndarray, count: int, advance: str, data: str, *assignments: str) -> Work:
    """Train as many betas of the preset `vae` on a data set together; every yield is one chunk of all lanes."""
    from vaelab.sweep import variants
    from vaelab.training import advancing, lanes

    chosen = recipe(data, "vae", *assignments)
    found = variants(chosen, {BETA: [index / 4 for index in range(count)]})
    runs = [lanes.Lane(each.recipe.build(), each.recipe.objective, each.recipe.training, 0) for each in found]
    labels, before = np.zeros(len(examples), np.int64), 0
    for standing in lanes.train_lanes(
        runs, np.asarray(examples), labels, advance=getattr(advancing, advance), binarization=chosen.data.binarization
    ):
        step = standing.alive[0].step
        yield (step - before) * chosen.training.batch_size * count
        before = step


def recipe(data: str, preset_name: str, *assignments: str) -> Recipe:
    """A preset on a data set, changed by assignments, to be trained for ever; the process is set up for it."""
    from vaelab.assign import assign
    from vaelab.presets import preset
    from vaelab.training.devices import configure

    configure()
    return reduce(assign, (f"data.name={data}", ENDLESS, *assignments), preset(preset_name).recipe)
