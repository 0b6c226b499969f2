"""Entropy and mutual information of discrete variables, in nats, from counts: the plug-in estimates."""

from __future__ import annotations

import numpy as np

from vaelab.evaluation.arrays import vector


def contingency(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """How often each value of one variable [N] meets each of the other [N]: counts, values in rising order."""
    first = vector(first, "values")
    second = vector(second, "values", length=len(first))
    rows, row = np.unique(first, return_inverse=True)
    columns, column = np.unique(second, return_inverse=True)
    return np.bincount(row * len(columns) + column, minlength=len(rows) * len(columns)).reshape(len(rows), -1)


def entropy(counts: np.ndarray) -> float:
    """H of a table of counts of any shape, in nats."""
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def mutual_information(counts: np.ndarray) -> float:
    """I of the two variables of a contingency table, in nats: H(rows) + H(columns) - H(table), never below 0."""
    return max(0.0, entropy(counts.sum(axis=1)) + entropy(counts.sum(axis=0)) - entropy(counts))
