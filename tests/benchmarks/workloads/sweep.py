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
        "side_by_side": Variant(
            "side by side", "subject", f"{words}; one program for all", partial(together, advance="side_by_side")
        ),
        "in_turn": Variant(
            "in turn", "subject", f"{words}; a chunk of each in turn", partial(together, advance="in_turn")
        ),
        "one": Variant("one run", "baseline", "one run by itself", partial(_one, assignments=assignments)),
    })  # fmt: skip


SMALL = _workload("Sweep of a VAE 784-64-2", "backbone.hidden=64", "bottleneck.size=2")
DENSE = _workload("Sweep of the dense VAE 784-400-20")
