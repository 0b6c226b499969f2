"""Workloads that train a preset beside PyTorch on the same architecture, and beside the step's matrix products."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from tests.benchmarks.workload import Variant, Work, Workload

_ENGINE = (
    "`Recipe.train` of the preset {preset}, in the engine's own chunks with all Python between them; images uint8, a "
    "new order every epoch, BCE from logits + KL, Adam 1e-3, metrics of every step summed and read once per chunk"
)
_PYTORCH = (
    "grey pixels as float32 in memory, batches by index, a new order every epoch, BCE of a sigmoid + KL summed, "
    "Adam 1e-3, `loss.item()` at every step, default threads"
)
_PRODUCTS = "every matrix product of vaelab's step, forward and backward, in its true shape, in one compiled loop"


def training(title: str, preset: str, peer: Callable[..., Work]) -> Workload:
    """A preset's training in batches of 128; `peer(images, compiled=...)` is the same work in PyTorch."""

    def subject(images: np.ndarray, *assignments: str) -> Work:
        from tests.benchmarks.engine import train

        return train(images, preset, *assignments)

    def thresholded(images: np.ndarray) -> Work:
        return subject(images, "data.binarization=threshold")

    def products(_: np.ndarray) -> Work:
        from tests.benchmarks.limits import matrix_products

        return matrix_products(preset)

    engine = _ENGINE.format(preset=preset)
    drawn = f"{engine}; every pixel drawn anew as 0 or 1 at every step, which is the preset's default"
    threshold = f"{engine}; pixels 0 or 1 by a threshold, so that only the code is drawn"
    compiled = f"{_PYTORCH}; the loss through `torch.compile`, and the fused Adam"
    return Workload(
        title,
        {
            "vaelab": Variant("vaelab", "subject", drawn, subject),
            "vaelab_threshold": Variant("vaelab, threshold", "subject", threshold, thresholded),
            "torch_eager": Variant("PyTorch eager", "peer", _PYTORCH, partial(peer, compiled=False)),
            "torch_compiled": Variant("PyTorch compiled", "peer", compiled, partial(peer, compiled=True)),
            "matrix_products": Variant("products alone", "limit", _PRODUCTS, products),
        },
    )
