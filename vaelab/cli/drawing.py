"""Codes to decode: drawn from the prior or from a density fitted to a run's codes, each with its class if told one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vaelab.cli.output import remark
from vaelab.errors import RunError

if TYPE_CHECKING:
    import numpy as np

    from vaelab.cli.saved import Trained


def draw(trained: Trained, kind: str, seed: int, count: int, temperature: float = 1.0) -> np.ndarray:
    """Codes [count, size] from a density of `vaelab.density`; says on standard error what they are draws from."""
    from vaelab.density import StandardNormal, fit

    if kind == "normal":
        _warn_without_prior(trained)
        return StandardNormal(trained.size).sample(seed, count, temperature)
    codes = training_codes(trained)
    density = fit(kind, codes, seed, trained.codebook)
    remark(f"Fitted a density to the codes of {len(codes):,} training examples: {_named(kind)}.")
    return density.sample(seed, count, temperature)


def training_codes(trained: Trained) -> np.ndarray:
    """Posterior means of the examples that the run was trained on, or the first of them, [N, size]."""
    from vaelab.data import load
    from vaelab.evaluation.protocol import MEASURED, first, held_out
    from vaelab.latent import encode

    train = load(trained.recipe.data.name).train
    count = first(train.images, trained.recipe.data.examples or len(train.images), MEASURED)
    images = held_out(train.images[:count], trained.recipe.data.binarization)
    return encode(trained.model, images, train.labels[:count])[0]


def classes(trained: Trained, wanted: int | None, count: int) -> np.ndarray | None:
    """The class of each of so many codes, int [count]: the wanted one, or all in turn; None where none is told.

    Raises `RunError` for a class that the run does not know.
    """
    import numpy as np

    known = trained.recipe.classes
    if wanted is None:
        return np.arange(count) % known if known else None
    if not known:
        raise RunError(
            f"{trained.name} was trained without being told the class, so --class means nothing to it; train with "
            "--set data.condition=class."
        )
    if wanted >= known:
        raise RunError(f"{trained.name} knows {known} classes, numbered from 0, so there is no class {wanted}.")
    return np.full(count, wanted)


def _named(kind: str) -> str:
    return {
        "gaussian": "one Gaussian with their mean and covariance",
        "mixture": "a mixture of ten Gaussians",
        "autoregressive": "grids of codebook rows, each predicted from its neighbours by counting",
    }[kind]


def _warn_without_prior(trained: Trained) -> None:
    if not trained.follows_prior:
        remark(
            f"{trained.name} has no prior: these are decoded from N(0, 1) noise. --density gaussian or mixture draws "
            "from where its codes are."
        )
