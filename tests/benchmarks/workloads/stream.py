"""The dense VAE whose images come block by block from a memory-mapped file, beside all of them in memory."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.workload import Variant, Work, Workload


def _train(examples: np.ndarray, *, resident: int) -> Work:
    from tests.benchmarks.engine import train
    from vaelab.training import feed

    feed.RESIDENT = resident
    return train(examples, "mnist", "vae")


def _streamed(examples: np.ndarray) -> Work:
    return _train(examples, resident=0)


def _resident(examples: np.ndarray) -> Work:
    return _train(examples, resident=examples.nbytes)


WORKLOAD = Workload("Dense VAE 784-400-20 from a memory-mapped file", {
    "streamed": Variant("streamed", "subject", "`Recipe.train` with two blocks of 32 MB in memory", _streamed),
    "resident": Variant("in memory", "baseline", "the same with all images on the device", _resident),
})  # fmt: skip
