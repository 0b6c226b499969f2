"""vaelab's side: the engine as a user calls it, timed from progress to progress."""

from __future__ import annotations

from functools import reduce

import numpy as np

from tests.benchmarks.workload import Work

ENDLESS = "training.epochs=100000"


def train(images: np.ndarray, preset_name: str, *assignments: str) -> Work:
    """Train a preset on uint8 images [N, 28, 28, 1]; every yield is one chunk."""
    from vaelab.assign import assign
    from vaelab.data import Dataset, Split
    from vaelab.presets import preset
    from vaelab.training.devices import configure

    configure()
    recipe = reduce(assign, ("data.name=mnist", ENDLESS, *assignments), preset(preset_name).recipe)
    split = Split(np.asarray(images), np.zeros(len(images), np.int64))
    before = 0
    for progress in recipe.train(dataset=Dataset("mnist", split, split, ())):
        yield (progress.step - before) * recipe.training.batch_size
        before = progress.step
