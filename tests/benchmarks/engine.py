"""vaelab's side: the engine as a user calls it, timed from progress to progress."""

from __future__ import annotations

from functools import reduce

import numpy as np

from tests.benchmarks.workload import Work

ENDLESS = "training.epochs=100000"


def train(examples: np.ndarray, data: str, preset_name: str, *assignments: str) -> Work:
    """Train a preset on uint8 examples [N, ...] of a data set's shape; every yield is one chunk."""
    from vaelab.assign import assign
    from vaelab.data import Dataset, Split
    from vaelab.presets import preset
    from vaelab.training.devices import configure

    configure()
    recipe = reduce(assign, (f"data.name={data}", ENDLESS, *assignments), preset(preset_name).recipe)
    split = Split(np.asarray(examples), np.zeros(len(examples), np.int64))
    before = 0
    for progress in recipe.train(dataset=Dataset(data, split, split, ())):
        yield (progress.step - before) * recipe.training.batch_size
        before = progress.step
