"""Novelty detection: a model that has seen only normal examples should reconstruct the others badly.

The two set-ups of RaPP (Kim et al. 2020): one class is normal and all others are novel (unimodal), or
one class is novel and all others are normal (multimodal). Here the model is trained on the training images of the
normal classes, and all test images are scored; the area under the curve does not depend on how many are novel.
A figure of the table is the mean over all choices of the class.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from vaelab.data import Dataset, Split
from vaelab.errors import VaelabError
from vaelab.evaluation.arrays import vector


class Novelty(NamedTuple):
    """A data set for one set-up."""

    dataset: Dataset  # its training split holds normal examples only; its test split is whole
    novel: np.ndarray  # bool [N]: which test examples are not normal


def unimodal(dataset: Dataset, normal: int) -> Novelty:
    """One class is normal, the others are novel."""
    return novelty(dataset, [normal])


def multimodal(dataset: Dataset, novel: int) -> Novelty:
    """One class is novel, the others are normal."""
    return novelty(dataset, [index for index in range(len(dataset.classes)) if index != novel])


def novelty(dataset: Dataset, normal: Iterable[int]) -> Novelty:
    """Keep the training examples of the normal classes; raises `VaelabError` where none or no others remain."""
    normal = sorted(set(normal))
    chosen, novel = np.isin(dataset.train.labels, normal), ~np.isin(dataset.test.labels, normal)
    if not chosen.any() or novel.all() or not novel.any():
        raise VaelabError(
            f"The classes {normal} of {dataset.name} leave nothing to learn from or nothing to detect; "
            f"choose some, but not all, of 0 to {len(dataset.classes) - 1}."
        )
    factors = None if dataset.train.factors is None else dataset.train.factors[chosen]
    train = Split(dataset.train.images[chosen], dataset.train.labels[chosen], factors)
    return Novelty(dataset._replace(train=train), novel)


def reconstruction_error(images: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """|x - E[x|z]|^2 summed over pixels, both [N, ...] in one unit: the score of each example, [N]."""
    if images.shape != reconstructions.shape:
        raise VaelabError(f"Images {images.shape} and reconstructions {reconstructions.shape} must have one shape.")
    difference = images.astype(np.float64) - reconstructions
    return (difference**2).reshape(len(images), -1).sum(axis=1)


def auroc(scores: np.ndarray, novel: np.ndarray) -> float:
    """The chance that a novel example scores higher than a normal one, ties counting half; both arguments [N]."""
    from sklearn.metrics import roc_auc_score

    scores = vector(scores, "scores")
    novel = vector(novel, "marks of novelty", length=len(scores)).astype(bool)
    if novel.all() or not novel.any() or not np.isfinite(scores).all():
        raise VaelabError("The curve needs normal and novel examples, and scores that are finite numbers.")
    return float(roc_auc_score(novel, scores))
