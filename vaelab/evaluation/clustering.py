"""Do the codes fall into the classes without being told of them? k-means, and how its clusters fit the labels."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from vaelab.evaluation.arrays import matrix, vector
from vaelab.evaluation.mutual_information import contingency, entropy, mutual_information


class Clustering(NamedTuple):
    """How clusters fit labels, each in 0..1."""

    accuracy: float  # under the best one-to-one matching of clusters and classes
    normalized_mutual_information: float


def cluster(codes: np.ndarray, labels: np.ndarray, *, clusters: int | None = None, seed: int = 0) -> Clustering:
    """k-means on codes [N, size], compared with labels [N]; as many clusters as classes where none are given.

    Codes are taken as they are; the best of 10 starts (k-means++), by scikit-learn.
    """
    from sklearn.cluster import KMeans

    codes = matrix(codes, "codes")
    labels = vector(labels, "labels", length=len(codes))
    number = clusters or len(np.unique(labels))
    # The declared type of n_init knows the word "auto" only, which means a single start.
    starts: Any = 10
    found = KMeans(number, n_init=starts, random_state=seed).fit_predict(codes)
    return Clustering(matched_accuracy(found, labels), normalized_mutual_information(found, labels))


def matched_accuracy(clusters: np.ndarray, labels: np.ndarray) -> float:
    """Share of examples whose cluster [N] was matched to their label [N], at the best matching.

    One cluster for each class and one class for each cluster, by the Hungarian algorithm; where the numbers differ,
    the examples of those left over count as wrong. Yang et al. 2010; Xie et al. 2016, eq. 10.
    """
    counts = contingency(clusters, labels)
    return float(counts[linear_sum_assignment(counts, maximize=True)].sum() / counts.sum())


def normalized_mutual_information(clusters: np.ndarray, labels: np.ndarray) -> float:
    """I / mean of both entropies, in 0..1; 1 where neither varies, as in scikit-learn."""
    counts = contingency(clusters, labels)
    mean = (entropy(counts.sum(axis=1)) + entropy(counts.sum(axis=0))) / 2
    return mutual_information(counts) / mean if mean > 0 else 1.0
