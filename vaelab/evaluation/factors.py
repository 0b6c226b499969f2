"""Codes beside the true factors of their images: what every measure of disentanglement starts from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from vaelab.errors import VaelabError
from vaelab.evaluation.arrays import matrix


def codes_and_factors(codes: Any, factors: Any) -> tuple[np.ndarray, np.ndarray]:
    """float64 [N, size] and [N, K]; raises `VaelabError` where rows do not match or a factor never varies."""
    codes, factors = matrix(codes, "codes"), matrix(factors, "factors")
    if len(codes) != len(factors):
        raise VaelabError(f"There are {len(codes)} codes but factors of {len(factors)} examples; they must match.")
    constant = np.flatnonzero((factors == factors[:1]).all(axis=0))
    if len(constant):
        raise VaelabError(f"Factor {constant[0]} has one value only: leave out its column, nothing can be told of it.")
    return codes, factors


def levels(factors: np.ndarray) -> np.ndarray:
    """int [N, K]: each factor's values numbered from 0 in rising order."""
    return np.stack([np.unique(column, return_inverse=True)[1] for column in factors.T], axis=1)


def is_categorical(categorical: Iterable[int], count: int) -> np.ndarray:
    """bool [K] from the columns whose values have no order, such as a shape; the others are numbers."""
    chosen = np.zeros(count, bool)
    for column in categorical:
        if not 0 <= column < count:
            raise VaelabError(f"There is no factor {column}; the columns go from 0 to {count - 1}.")
        chosen[column] = True
    return chosen


def gap(scores: np.ndarray) -> np.ndarray:
    """How far the best of each column of [size, K] is above its second, [K]; a single row has 0 beside it."""
    padded = np.concatenate([scores, np.zeros((1, scores.shape[1]))]) if len(scores) == 1 else scores
    ordered = np.sort(padded, axis=0)
    return ordered[-1] - ordered[-2]
