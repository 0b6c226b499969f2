"""A plan: all that will be done with a source, to be read before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from vaelab.data.own.dropped import Dropped, printable
from vaelab.data.own.examining import examine
from vaelab.data.own.given import Given
from vaelab.data.own.limits import FEWEST, MOST
from vaelab.data.own.options import Options
from vaelab.data.own.source import Making, Source
from vaelab.data.permutations import permutation
from vaelab.errors import DataError

SAMPLES = 12
_MOST_TESTED = 10_000  # Examples: more of them measure nothing better.
_MOST_NUMBERS = 1 << 27  # Of all of them together: evaluation holds them as floats, 512 MB.
_SEED = 2024
_ONE_CLASS = ("all",)


@dataclass(frozen=True)
class Plan:
    """What `store` will do, and what it will find; nothing has been kept yet."""

    title: str
    found: str  # "an archive of 1,200 pictures"
    shape: tuple[int, ...]
    train: np.ndarray  # Examples of the source, in the order in which they will be stored.
    test: np.ndarray
    labels: np.ndarray  # uint8, of all examples of the source
    classes: tuple[str, ...]
    steps: tuple[str, ...]  # Sentences: what is done with each example.
    remarks: tuple[str, ...]
    dropped: Dropped
    samples: np.ndarray  # uint8 [up to 12, *shape]
    sample_labels: np.ndarray  # uint8
    source: Source
    making: Making

    @property
    def bytes(self) -> int:
        """That it will take on the disk."""
        return (len(self.train) + len(self.test)) * (prod(self.shape) + 1)

    @property
    def class_counts(self) -> dict[str, int]:
        """Examples of each class."""
        counts = np.bincount(self.labels, minlength=len(self.classes))
        return dict(zip(self.classes, counts.tolist(), strict=True))

    def sentences(self) -> tuple[str, ...]:
        """All of it in words."""
        total = len(self.train) + len(self.test)
        split = f"{len(self.train):,} are for training, {len(self.test):,} are held out for tests"
        chosen = "as its folders or arrays say" if self.source.test is not None else "chosen at random, always the same"
        left = (self.dropped.sentence(),) if self.dropped.total else ("Nothing is left out.",)
        return (
            f"{self.title} is {self.found}.", *self.steps, *self.remarks, _classes(self.class_counts),
            f"Of {total:,} examples {split}, {chosen}.", *left,
            f"It will take {self.bytes / 1e6:,.1f} MB.",
        )  # fmt: skip


def plan(given: Path | Sequence[Path | Given] | Source, options: Options = Options()) -> Plan:  # noqa: B008 - frozen.
    """What would be made of a source; raises `DataError` if it cannot become a data set."""
    source = given if isinstance(given, Source) else examine(given, options)
    making = source.making(options)
    if not FEWEST <= source.count <= MOST:
        left = f" {source.dropped.sentence()}" if source.dropped.total else ""
        raise DataError(
            f"{source.title} has {source.count:,} examples that can be used, but {FEWEST} to {MOST:,} are wanted.{left}"
        )
    labelled = options.classes and source.labels is not None
    labels = source.labels if labelled and source.labels is not None else np.zeros(source.count, np.uint8)
    train, test = _split(source, options.test, prod(making.shape))
    samples, chosen = _samples(making, labels, train)
    return Plan(
        printable(Path(source.title).stem) or "own data", source.found, making.shape, train, test, labels,
        source.classes if labelled else _ONE_CLASS, making.steps, source.remarks, source.dropped, samples,
        labels[chosen], source, making,
    )  # fmt: skip


def _split(source: Source, share: float, numbers: int) -> tuple[np.ndarray, np.ndarray]:
    """The examples in an order that has nothing to do with the source's, divided."""
    order = permutation(source.count, _SEED, 0)
    if source.test is not None:
        train, test = order[~source.test[order]], order[source.test[order]]
    else:
        count = min(max(1, round(share * source.count)), _MOST_TESTED, _MOST_NUMBERS // numbers)
        train, test = order[count:], order[:count]
    if not len(train) or not len(test):
        raise DataError(f"{source.title} has an empty split for training or for tests; put examples into both.")
    return train, test


def _samples(making: Making, labels: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Twelve examples as they will be, of as many classes as there are; those that cannot be made are passed by."""
    firsts = np.unique(labels[order], return_index=True)[1]
    spread = np.linspace(0, len(firsts) - 1, min(len(firsts), SAMPLES)).astype(int)
    places = list(dict.fromkeys([*firsts[spread].tolist(), *range(min(len(order), 4 * SAMPLES))]))
    made, chosen = [], []
    for place in places:
        try:
            made.append(making.make(int(order[place])))
            chosen.append(int(order[place]))
        except DataError:
            continue
        if len(made) == SAMPLES:
            break
    if not made:
        raise DataError("None of the first examples can be read; the source has changed or is damaged.")
    by_class = sorted(range(len(made)), key=lambda place: int(labels[chosen[place]]))
    return np.stack([made[place] for place in by_class]), np.array([chosen[place] for place in by_class])


def _classes(counts: dict[str, int]) -> str:
    if len(counts) < 2:
        return "There are no classes."
    shown = ", ".join(f"{name} {count:,}" for name, count in list(counts.items())[:12])
    return f"{len(counts)} classes: {shown}{', ...' if len(counts) > 12 else ''}."
