"""What one does with a trained dense VAE 784-400-20: encode, decode, and estimate its likelihood."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.benchmarks.workload import Variant, Work, Workload

SAMPLES = 5_000


def _workload(title: str, unit: str, ours: str, theirs: str, work: Callable[..., Work]) -> Workload:
    def with_vaelab(images: np.ndarray) -> Work:
        from tests.benchmarks import using

        return work(using, images)

    def with_torch(images: np.ndarray) -> Work:
        from tests.benchmarks import torch_using

        return work(torch_using, images)

    return Workload(title, {
        "vaelab": Variant("vaelab", "subject", ours, with_vaelab),
        "torch_eager": Variant("PyTorch eager", "peer", theirs, with_torch),
    }, unit)  # fmt: skip


ENCODE = _workload(
    "Encoding 60,000 images", "images",
    "`vaelab.encode` of 10,000 uint8 images at a time, means and deviations as NumPy arrays",
    "the same in `inference_mode`, in batches of 500", lambda side, images: side.encoding(images),
)  # fmt: skip
DECODE = _workload(
    "Decoding one code", "codes", "`vaelab.decode`, from NumPy and back", "the same in `inference_mode`",
    lambda side, images: side.decoding(1),
)  # fmt: skip
GRID = _workload(
    "Decoding a grid of 20x20 codes", "codes", "`vaelab.decode`, from NumPy and back", "the same in `inference_mode`",
    lambda side, images: side.decoding(400),
)  # fmt: skip
LIKELIHOOD = _workload(
    f"Importance-sampled likelihood, k = {SAMPLES:,}", "images",
    "`log_likelihoods` of binary images, 4,096 codes decoded at once", "the same in `inference_mode`",
    lambda side, images: side.weighing(images, SAMPLES),
)  # fmt: skip
