"""A data card: what a data set is like, measured on a sample in bounded time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vaelab.data.dataset import Dataset, DatasetInfo

SAMPLE = 1_000  # Training examples that are looked at.
COMPONENTS = 64  # Of the spectrum.
TWIN = 4 / 255  # Root mean square difference between near-duplicates, of the range.
_LARGEST = 32  # Pixels per side: larger pictures are averaged down to at most that before they are compared.


class Card(NamedTuple):
    """What can be said of a data set before anything is trained on it."""

    count: int
    train: int
    test: int
    shape: tuple[int, ...]
    class_counts: dict[str, int]  # training and test examples
    mean: np.ndarray  # uint8 [*shape]: the mean training example of the sample
    examples: np.ndarray  # uint8 [up to 12, *shape]
    looked_at: int  # training examples
    near_duplicates: int  # of those, how many have another that differs from them by less than `TWIN`
    spectrum: np.ndarray  # float64 [K]: share of the variance along each principal component, falling
    extreme: float  # share of values that are nearly 0 or nearly 255: 1 for drawings in black and white

    @property
    def balance(self) -> float:
        """Examples of the smallest class per example of the largest: 1 where all are of one size."""
        counts = [count for count in self.class_counts.values()]
        return min(counts) / max(max(counts), 1)

    def components(self, share: float) -> int:
        """Principal components that explain this share of the variance; one more than were computed if none do."""
        return int(np.searchsorted(np.cumsum(self.spectrum), share - 1e-9)) + 1

    def sentences(self) -> list[str]:
        """All of it in words, but the pictures."""
        shape = " x ".join(map(str, self.shape))
        found = [
            f"{self.count:,} examples of {shape}: {self.train:,} for training, {self.test:,} held out.",
            f"{self.near_duplicates:,} of {self.looked_at:,} that were compared nearly equal another.",
            f"{self.explained()} hold 90 % of the variance; the first two hold {self.spectrum[:2].sum():.0%}.",
        ]
        if len(self.class_counts) > 1:
            counts = ", ".join(f"{name} {count:,}" for name, count in list(self.class_counts.items())[:12])
            more = ", ..." if len(self.class_counts) > 12 else ""
            least = f"the smallest is {self.balance:.0%} of the largest"
            found.append(f"{len(self.class_counts)} classes: {counts}{more}; {least}.")
        return found

    def explained(self) -> str:
        """How many components hold 90 % of the variance, in words."""
        count = self.components(0.9)
        if count > len(self.spectrum):
            return f"More than {len(self.spectrum)} principal components"
        return f"{count} principal component{'s' * (count > 1)}"


def card(dataset: Dataset, information: DatasetInfo) -> Card:
    """Measure a data set; a second or two, whatever its size."""
    train, test = dataset.train, dataset.test
    # Evenly spread: own data lie shuffled, but others need not.
    places = np.unique(np.linspace(0, len(train.images) - 1, SAMPLE).astype(int))
    sample = train.images[places]
    counts = sum(np.bincount(split.labels, minlength=len(dataset.classes)) for split in (train, test))
    small = _reduced(sample)
    return Card(
        len(train.images) + len(test.images),
        len(train.images),
        len(test.images),
        information.shape,
        dict(zip(dataset.classes, np.asarray(counts).tolist(), strict=True)),
        np.rint(sample.mean(axis=0)).astype(np.uint8),
        sample[np.linspace(0, len(sample) - 1, min(12, len(sample))).astype(int)],
        len(sample),
        _twins(small),
        _spectrum(small),
        float(((sample < 26) | (sample > 229)).mean()),
    )


def _reduced(sample: np.ndarray) -> np.ndarray:
    """float32 [N, D] in [0, 1]; the blocks of large pictures are averaged."""
    if sample.ndim == 4 and max(sample.shape[1:3]) > _LARGEST:
        factor = -(-max(sample.shape[1:3]) // _LARGEST)
        height, width = (side // factor * factor for side in sample.shape[1:3])
        blocks = sample[:, :height, :width].reshape(
            len(sample), height // factor, factor, width // factor, factor, sample.shape[3]
        )
        sample = blocks.mean(axis=(2, 4), dtype=np.float32)
    return sample.reshape(len(sample), -1).astype(np.float32) / 255


def _twins(small: np.ndarray) -> int:
    """How many have another at a root mean square distance below `TWIN`."""
    rows = small.astype(np.float64)  # In single precision nearly equal rows would drown in rounding.
    squares = (rows**2).sum(axis=1)
    distances = squares[:, None] - 2 * rows @ rows.T + squares[None]
    np.fill_diagonal(distances, np.inf)
    return int((distances.min(axis=1) < TWIN**2 * small.shape[1]).sum())


def _spectrum(small: np.ndarray) -> np.ndarray:
    """Shares of the variance, exact, from the smaller one of the two matrices that have it in their eigenvalues."""
    rows = small.astype(np.float64)
    rows -= rows.mean(axis=0)
    matrix = rows.T @ rows if rows.shape[1] <= rows.shape[0] else rows @ rows.T
    variances = np.maximum(np.linalg.eigvalsh(matrix)[::-1], 0)
    if variances[0] <= 1e-12:
        return np.ones(1)
    return variances[: min(COMPONENTS, min(rows.shape))] / variances.sum()
