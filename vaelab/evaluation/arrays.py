"""What the metrics accept: rows of finite numbers, checked once and refused with a sentence."""

from __future__ import annotations

from typing import Any

import numpy as np

from vaelab.errors import VaelabError


def matrix(values: Any, name: str, *, minimum: int = 1) -> np.ndarray:
    """float64 [N, D] with at least `minimum` rows; raises `VaelabError` for other shapes and numbers not finite."""
    array = np.asarray(values, np.float64)
    if array.ndim != 2 or array.shape[1] < 1:
        raise VaelabError(f"The {name} must be rows of numbers, [N, D], but have the shape {array.shape}.")
    if len(array) < minimum:
        raise VaelabError(f"The {name} are {len(array)} rows; at least {minimum} are needed.")
    if not np.isfinite(array).all():
        raise VaelabError(f"The {name} hold numbers that are not finite; look at the model that made them.")
    return array


def vector(values: Any, name: str, *, length: int | None = None) -> np.ndarray:
    """[N] of any type; raises `VaelabError` for other shapes, and for another length where one is given."""
    array = np.asarray(values)
    if array.ndim != 1:
        raise VaelabError(f"The {name} must be one number per example, [N], but have the shape {array.shape}.")
    if length is not None and len(array) != length:
        raise VaelabError(f"There are {len(array)} {name} for {length} examples; there must be one for each.")
    return array


def same_width(first: np.ndarray, second: np.ndarray, name: str) -> None:
    """Raise `VaelabError` where two sets of rows do not live in one space."""
    if first.shape[1] != second.shape[1]:
        raise VaelabError(
            f"Two sets of {name} must have rows of one length, but they have {first.shape[1]} and {second.shape[1]}."
        )
