"""What a data set is: uint8 images or sequences with labels in two splits, and what is known without loading it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class Split(NamedTuple):
    """Examples of one split; the arrays are read-only, because everyone in the process shares them."""

    images: np.ndarray  # uint8 [N, H, W, C], 0 is background; or sequences, [N, T, F]
    labels: np.ndarray  # int64 [N], an index into the data set's classes
    factors: np.ndarray | None = None  # float32 [N, K]: what each example was drawn from, where it is known


class Dataset(NamedTuple):
    """A training and a test split of images, or of sequences, of one shape."""

    name: str
    train: Split
    test: Split
    classes: tuple[str, ...]


@dataclass(frozen=True)
class DatasetInfo:
    """The facts of a data set that need no loading: what a form, a recipe and a list of credits ask for."""

    name: str
    title: str
    shape: tuple[int, ...]  # of one example: an image's height, width and channels, or a sequence's length and features
    train: int  # examples in the training split
    test: int  # examples in the test split
    classes: tuple[str, ...]
    licence: str
    source: str  # a sentence: who made it, and where it was published
    factors: tuple[str, ...] = ()  # names of the columns of `Split.factors`

    @property
    def is_sequence(self) -> bool:
        """Whether an example is a sequence [T, F] and not an image [H, W, C]."""
        return len(self.shape) == 2


def split(images: np.ndarray, labels: np.ndarray, factors: np.ndarray | None = None) -> Split:
    """Make a split whose arrays are read-only and of the promised types."""
    labels = labels.astype(np.int64)
    for array in (images, labels, factors):
        if array is not None:
            array.setflags(write=False)
    return Split(images, labels, factors)
