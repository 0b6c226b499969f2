"""The Frechet distance between Gaussians fitted to two sets of features. Heusel et al. 2017, eq. 6.

With `features` it is the Frechet distance in the features of the project's own classifier. Its values are not those
of papers that use another network: compare them among themselves only, at the same number of examples, for the
distance of finite sets is biased upwards, the more so the fewer they are.
"""

from __future__ import annotations

import numpy as np

from vaelab.evaluation.arrays import matrix, same_width


def frechet_distance(first: np.ndarray, second: np.ndarray) -> float:
    """|m1 - m2|^2 + Tr(C1 + C2 - 2 (C1 C2)^(1/2)) of two sets of features [N, D] and [M, D], at least 2 rows each.

    The square of the distance, as it is customarily given; covariances are unbiased (divided by N - 1).
    """
    first, second = matrix(first, "features", minimum=2), matrix(second, "features", minimum=2)
    same_width(first, second, "features")
    return frechet_of_gaussians(first.mean(axis=0), _covariance(first), second.mean(axis=0), _covariance(second))


def frechet_of_gaussians(mean1: np.ndarray, cov1: np.ndarray, mean2: np.ndarray, cov2: np.ndarray) -> float:
    """The same of two Gaussians with means [D] and covariances [D, D], which may be singular."""
    # Tr (C1 C2)^(1/2) is the sum of the singular values of C1^(1/2) C2^(1/2), which needs no root of a matrix that is
    # not symmetric and stays exact for covariances of low rank, such as those of features that are never active.
    overlap = np.linalg.svd(_root(cov1) @ _root(cov2), compute_uv=False).sum()
    distance = ((mean1 - mean2) ** 2).sum() + np.trace(cov1) + np.trace(cov2) - 2 * overlap
    return float(max(distance, 0.0))  # Rounding alone can make it negative.


def _covariance(features: np.ndarray) -> np.ndarray:
    return np.atleast_2d(np.cov(features, rowvar=False))


def _root(covariance: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.sqrt(np.maximum(values, 0.0))[None]) @ vectors.T
