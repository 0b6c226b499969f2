"""The plane of rate and distortion, on which models with one ELBO differ: how much is stored, how much is lost.

Rate R is the mean KL(q(z|x) || p(z)), distortion D the mean -log p(x|z), both in nats per example; D + R is the
negative ELBO, and the mutual information of x and z lies between H(x) - D and R. Alemi et al. 2018, section 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from vaelab.errors import VaelabError
from vaelab.evaluation.arrays import vector


class RateDistortion(NamedTuple):
    """Where a model stands on the plane."""

    rate: float  # nats per example
    distortion: float  # nats per example; negative for densities of continuous pixels

    @property
    def negative_elbo(self) -> float:
        """D + R: the models on one line of slope -1 have the same bound."""
        return self.rate + self.distortion


def rate_distortion(kl: np.ndarray, distortions: np.ndarray) -> RateDistortion:
    """The point of a model from KL terms, [N] or [N, size], and reconstruction terms -log p(x|z) [N], in nats."""
    kl = np.asarray(kl)
    rates = vector(kl.sum(axis=1) if kl.ndim == 2 else kl, "KL terms")
    distortions = vector(distortions, "reconstruction terms", length=len(rates))
    return _checked(RateDistortion(float(rates.mean()), float(distortions.mean())))


def frontier(points: Iterable[tuple[float, float]]) -> list[RateDistortion]:
    """The points (rate, distortion) than which none is better or equal in both: rate rises, distortion falls.

    Of equal points one remains. Between points of the frontier the curve of the model family lies no higher than the
    staircase they make.
    """
    found: list[RateDistortion] = []
    for point in sorted(_checked(RateDistortion(*point)) for point in points):
        if not found or point.distortion < found[-1].distortion:
            found.append(point)
    return found


def lowest(points: Iterable[tuple[float, float]], weight: float = 1.0) -> RateDistortion:
    """The point of least D + weight R: at 1 the best ELBO; the objective of a beta-VAE at its beta.

    Where the curve of a model family is convex and smooth, its slope at that point is -weight.
    """
    candidates = frontier(points)
    if not candidates:
        raise VaelabError("There are no points to choose from; give at least one (rate, distortion).")
    return min(candidates, key=lambda point: point.distortion + weight * point.rate)


def _checked(point: RateDistortion) -> RateDistortion:
    if not np.isfinite(point).all():
        raise VaelabError(f"Rate {point.rate} and distortion {point.distortion} must be finite numbers.")
    return point
