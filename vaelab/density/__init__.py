"""Densities over codes, fitted after training: what to draw from where the codes follow no known prior.

Ghosh et al. 2020, "From variational to deterministic autoencoders", section 4 (ex-post density estimation). Each
density is a frozen dataclass whose fields are its arrays, with `sample(seed, count, temperature) -> float32 [count,
size]`; a new one is one file with `fit` and its name in the table below.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from vaelab.density.gaussian import FittedGaussian, StandardNormal
from vaelab.density.grids import IndexGrids
from vaelab.density.mixture import Mixture
from vaelab.errors import RunError


class Density(Protocol):
    """Something to draw codes from."""

    def sample(self, seed: int, count: int, temperature: float = 1.0) -> np.ndarray:
        """Codes, float32 [count, size]; a temperature below 1 keeps to what is likely."""
        ...


Fit = Callable[[np.ndarray, int, np.ndarray | None], Density]

_FITS: dict[str, Fit] = {
    "normal": lambda codes, seed, codebook: StandardNormal(codes.shape[1]),
    "gaussian": lambda codes, seed, codebook: FittedGaussian.fit(codes),
    "mixture": lambda codes, seed, codebook: Mixture.fit(codes, seed),
    "autoregressive": lambda codes, seed, codebook: IndexGrids.fit(codes, codebook),
}
DENSITIES = tuple(_FITS)


def fit(kind: str, codes: np.ndarray, seed: int = 0, codebook: np.ndarray | None = None) -> Density:
    """A density of a kind fitted to codes [N, size]; `codebook` [K, dimension] is for 'autoregressive'.

    Raises `RunError` for an unknown kind and for codes that a kind is not defined on.
    """
    if kind not in _FITS:
        raise RunError(f"There is no density {kind!r:.40}; choose one of {', '.join(DENSITIES)}.")
    if len(codes) < 2 or not np.isfinite(codes).all():
        raise RunError(f"A density is fitted to at least two codes of finite numbers, but got {len(codes)} codes.")
    return _FITS[kind](np.asarray(codes, np.float32), seed, codebook)


__all__ = ["DENSITIES", "Density", "FittedGaussian", "IndexGrids", "Mixture", "StandardNormal", "fit"]
