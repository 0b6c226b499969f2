"""Sixteen betas trained together, beside one run by itself: what a sweep costs, in runs."""

from __future__ import annotations

from functools import partial

import numpy as np

from tests.benchmarks.workload import Variant, Work, Workload

LANES = 16


def _one(examples: np.ndarray, *, data: str, assignments: tuple[str, ...]) -> Work:
    from tests.benchmarks.engine import train

    return train(examples, data, "vae", *assignments)


def _together(examples: np.ndarray, *, data: str, assignments: tuple[str, ...], advance: str) -> Work:
    from tests.benchmarks.engine import sweep

    return sweep(examples, LANES, advance, data, *assignments)


def _workload(title: str, *assignments: str, data: str = "mnist") -> Workload:
    words = f"{LANES} betas of that recipe, one seed, images of all lanes counted"
    together = partial(_together, data=data, assignments=assignments)
    one = partial(_one, data=data, assignments=assignments)
    return Workload(title, {
        "in_groups": Variant(
            "in groups", "subject", f"{words}; a program for each core's share", partial(together, advance="in_groups")
        ),
        "abreast": Variant(
            "abreast", "subject", f"{words}; each by itself, a thread per core", partial(together, advance="abreast")
        ),
        "side_by_side": Variant(
            "side by side", "subject", f"{words}; one program for all", partial(together, advance="side_by_side")
        ),
        "one": Variant("one run", "baseline", "one run by itself", one),
    }, data=data)  # fmt: skip


TINY = _workload(
    "Sweep of a VAE 64-8-2 in batches of 16",
    "backbone.hidden=8", "bottleneck.size=2", "training.batch_size=16", data="digits",
)  # fmt: skip
DIAL = _workload(
    "Sweep of a VAE 64-64-2, which the app's dial trains", "backbone.hidden=64", "bottleneck.size=2", data="digits"
)
SMALL = _workload("Sweep of a VAE 784-64-2", "backbone.hidden=64", "bottleneck.size=2")
DENSE = _workload("Sweep of the dense VAE 784-400-20")
