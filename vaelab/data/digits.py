"""The 8 x 8 digits inside scikit-learn: a real data set that needs no network and trains in seconds."""

from __future__ import annotations

import numpy as np

from vaelab.data.dataset import Dataset, DatasetInfo, split
from vaelab.data.permutations import permutation

_TRAIN, _TEST = 1437, 360  # Four to one.
_SEED = 1998  # Of the one shuffle before the split: scikit-learn's order goes by writer.
_LEVELS = 16  # Grey levels of the source, which counted the black pixels in blocks of 4 x 4.

INFORMATION = DatasetInfo(
    "digits", "Digits", (8, 8, 1), _TRAIN, _TEST, tuple("0123456789"), "CC BY 4.0",
    "Handwritten digits of 43 writers, by Alpaydin and Kaynak (1998), UCI Machine Learning Repository.",
)


def load() -> Dataset:
    """The 1,797 images, their grey levels spread from 0..16 to 0..255."""
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    order = permutation(_TRAIN + _TEST, _SEED, 0)
    grey = np.rint(np.asarray(pixels)[order] * (255 / _LEVELS))
    images, labels = grey.astype(np.uint8).reshape(-1, *INFORMATION.shape), np.asarray(labels)[order]
    return Dataset(
        INFORMATION.name,
        split(images[:_TRAIN], labels[:_TRAIN]),
        split(images[_TRAIN:], labels[_TRAIN:]),
        INFORMATION.classes,
    )


def available() -> bool:
    """Always: the data come with scikit-learn."""
    return True
