"""Workloads that train a preset beside PyTorch on the same architecture, and beside the step's matrix products."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from tests.benchmarks import tuning
from tests.benchmarks.workload import Variant, Work, Workload

_ENGINE = (
    "`Recipe.train` of the preset {preset}, in the engine's own chunks with all Python between them; {unit} uint8, a "
    "new order every epoch, {loss}, Adam {rate:g}, metrics of every step summed and read once per chunk"
)
_PYTORCH = (
    "{unit} as float32 in memory, batches by index, a new order every epoch, {loss}, Adam {rate:g}, `loss.item()` at "
    "every step, default threads"
)
_PRODUCTS = "every matrix product of vaelab's step, forward and backward, in its true shape, in one compiled loop"


def variational(
    title: str,
    preset: str,
    peer: Callable[..., Work],
    *assignments: str,
    batch_size: int = 128,
    data: str = "mnist",
) -> Workload:
    """A VAE's training in batches of images; `peer(images, how=...)` is the same work in PyTorch."""
    engine = _ENGINE.format(preset=preset, unit="images", loss="BCE from logits + KL", rate=1e-3)
    drawn = f"{engine}; every pixel drawn anew as 0 or 1 at every step, which is the preset's default"
    threshold = f"{engine}; pixels 0 or 1 by a threshold, so that only the code is drawn"
    chosen = (data, preset, f"training.batch_size={batch_size}", *assignments)
    subjects = {
        "vaelab": Variant("vaelab", "subject", drawn, _subject(*chosen)),
        "vaelab_threshold": Variant(
            "vaelab, threshold", "subject", threshold, _subject(*chosen, "data.binarization=threshold")
        ),
        **_mixed(drawn, *chosen),
    }
    pytorch = _PYTORCH.format(unit="grey pixels", loss="BCE of a sigmoid + KL summed", rate=1e-3)
    peers = _peers(pytorch, partial(peer, batch_size=batch_size))
    return Workload(title, {**subjects, **peers, **_limit(*chosen)}, data=data)


def deterministic(
    title: str,
    preset: str,
    peer: Callable[..., Work],
    *,
    loss: str,
    rate: float = 1e-3,
    data: str = "mnist",
    unit: str = "images",
    limited: bool = False,
) -> Workload:
    """An autoencoder's training in batches of 128, which draws no code; `loss` says in words what both minimize.

    A limit is given where all products worth mentioning are those of linear layers that see the whole example.
    """
    words = {"unit": unit, "loss": loss, "rate": rate}
    engine = _ENGINE.format(preset=preset, **words)
    subjects = {"vaelab": Variant("vaelab", "subject", engine, _subject(data, preset)), **_mixed(engine, data, preset)}
    peers = _peers(_PYTORCH.format(**words), peer)
    return Workload(title, {**subjects, **peers, **(_limit(data, preset) if limited else {})}, unit, data)


def _mixed(words: str, data: str, preset: str, *assignments: str) -> dict[str, Variant]:
    work = _subject(data, preset, *assignments, "training.precision=bfloat16")
    return {"vaelab_bfloat16": Variant("vaelab, bfloat16", "subject", f"{words}; its products in bfloat16", work)}


def _subject(data: str, preset: str, *assignments: str) -> Callable[[np.ndarray], Work]:
    def work(examples: np.ndarray) -> Work:
        from tests.benchmarks.engine import train

        return train(examples, data, preset, *assignments)

    return work


def _peers(words: str, peer: Callable[..., Work]) -> dict[str, Variant]:
    tuned = (
        f"{words}; but the loss through `torch.compile`, the fused Adam, freed memory kept by the C library, and its "
        "math library told that the processor is Intel's where it would hold back on others"
    )
    mixed = f"{words}; under autocast to bfloat16"
    return {
        "torch_eager": Variant("PyTorch eager", "peer", words, partial(peer, how="eager")),
        "torch_tuned": Variant("PyTorch tuned", "peer", tuned, partial(peer, how="tuned"), tuning.environment),
        "torch_bfloat16": Variant("PyTorch, bfloat16", "peer", mixed, partial(peer, how="bfloat16")),
    }


def _limit(data: str, preset: str, *assignments: str) -> dict[str, Any]:
    def work(_: np.ndarray) -> Work:
        from tests.benchmarks.engine import recipe
        from tests.benchmarks.limits import matrix_products

        return matrix_products(recipe(data, preset, *assignments))

    return {"matrix_products": Variant("products alone", "limit", _PRODUCTS, work)}
