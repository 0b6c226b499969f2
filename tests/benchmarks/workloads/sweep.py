"""Sixteen betas trained together, beside one run by itself: what a sweep costs, in runs."""

from __future__ import annotations

from functools import partial

import numpy as np

from tests.benchmarks.workload import Variant, Work, Workload

LANES = 16


def _one(examples: np.ndarray, *, assignments: tuple[str, ...]) -> Work:
    from tests.benchmarks.engine import train

    return train(examples, "mnist", "vae", *assignments)


def _together(examples: np.ndarray, *, assignments: tuple[str, ...], advance: str) -> Work:
    from tests.benchmarks.engine import sweep

    return sweep(examples, LANES, advance, *assignments)


def _workload(title: str, *assignments: str) -> Workload:
    words = f"{LANES} betas of that recipe, one seed, images of all lanes counted"
    together = partial(_together, assignments=assignments)
    return Workload(title, {
        "abreast": Variant(
            "abreast", "subject", f"{words}; each by itself, a thread per core", partial(together, advance="abreast")
        ),
        "side_by_side": Variant(
            "side by side", "subject", f"{words}; one program for all", partial(together, advance="side_by_side")
        ),
        "one": Variant("one run", "baseline", "one run by itself", partial(_one, assignments=assignments)),
    })  # fmt: skip


TINY = _workload(
    "Sweep of a VAE 784-16-2 in batches of 32",
    "backbone.hidden=16", "bottleneck.size=2", "training.batch_size=32",
)  # fmt: skip
SMALL = _workload("Sweep of a VAE 784-64-2", "backbone.hidden=64", "bottleneck.size=2")
DENSE = _workload("Sweep of the dense VAE 784-400-20")
