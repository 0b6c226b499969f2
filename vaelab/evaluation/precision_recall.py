"""Improved precision and recall: are samples like data, and does every kind of data occur among the samples?

The support of each set is estimated by balls around its members that reach to the member's k-th nearest neighbour
in the set. Kynkaanniemi et al. 2019, eq. 1 and 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.spatial.distance import cdist

from vaelab.evaluation.arrays import matrix, same_width

NEIGHBOURS = 3  # The paper's k.
_BLOCK = 2**22  # Distances held at once, 32 MB: memory does not grow with the number of examples.


class PrecisionRecall(NamedTuple):
    """Shares in 0..1."""

    precision: float  # of the generated examples within the support of the real ones
    recall: float  # of the real examples within the support of the generated ones


def precision_recall(real: np.ndarray, generated: np.ndarray, *, neighbours: int = NEIGHBOURS) -> PrecisionRecall:
    """From features [N, D] of real and [M, D] of generated examples, more than `neighbours` rows each.

    The paper takes 50,000 of each; both figures depend on the numbers, which should be equal. Takes time N M D.
    """
    real = matrix(real, "features of real examples", minimum=neighbours + 1)
    generated = matrix(generated, "features of generated examples", minimum=neighbours + 1)
    same_width(real, generated, "features")
    return PrecisionRecall(_covered(generated, real, neighbours), _covered(real, generated, neighbours))


def _covered(points: np.ndarray, members: np.ndarray, neighbours: int) -> float:
    """Share of points that lie in the ball of at least one member."""
    radii = _radii(members, neighbours)
    inside = [(distances <= radii[None]).any(axis=1) for distances in _distances(points, members)]
    return float(np.concatenate(inside).mean())


def _radii(members: np.ndarray, neighbours: int) -> np.ndarray:
    """Distance from each member to its k-th nearest other member: [N]."""
    # The member itself, at distance 0, is the first in the sorted row.
    rows = [np.partition(distances, neighbours, axis=1)[:, neighbours] for distances in _distances(members, members)]
    return np.concatenate(rows)


def _distances(points: np.ndarray, members: np.ndarray) -> Iterator[np.ndarray]:
    rows = max(1, _BLOCK // len(members))
    for start in range(0, len(points), rows):
        # Differences are squared one by one: the quicker |a|^2 - 2ab + |b|^2 would round equal points apart.
        yield cdist(points[start : start + rows], members)
