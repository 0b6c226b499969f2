"""The data sets by name: what is known of them, whether they are at hand, and their arrays."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from vaelab.data import digits, mnist, pendigits, shapes, waves
from vaelab.data.dataset import Dataset, DatasetInfo, Split
from vaelab.data.own import kept
from vaelab.data.own.folder import is_own
from vaelab.errors import DataError

__all__ = ["Dataset", "DatasetInfo", "Split", "available", "information", "load", "names"]


class _Entry(NamedTuple):
    information: DatasetInfo
    load: Callable[[], Dataset]
    available: Callable[[], bool]


_TABLE = {
    entry.information.name: entry
    for entry in (
        _Entry(digits.INFORMATION, digits.load, digits.available),
        *(
            _Entry(collection.information, collection.load, collection.available)
            for collection in (mnist.MNIST, mnist.FASHION_MNIST, mnist.KMNIST)
        ),
        _Entry(shapes.INFORMATION, shapes.load, shapes.available),
        _Entry(pendigits.INFORMATION, pendigits.load, pendigits.available),
        _Entry(waves.INFORMATION, waves.load, waves.available),
    )
}


def names() -> tuple[str, ...]:
    """The names of all data sets, the default first, those of the person at the machine last."""
    return (*_TABLE, *kept.names())


def information(name: str) -> DatasetInfo:
    """What is known of a data set without loading it; raises `DataError` for an unknown name."""
    return kept.information(name) if is_own(name) else _entry(name).information


def available(name: str) -> bool:
    """Whether loading will need no network; raises `DataError` for an unknown name."""
    return kept.available(name) if is_own(name) else _entry(name).available()


def load(name: str) -> Dataset:
    """A data set; its arrays are read-only. Own data are mapped from the disk, others downloaded and kept in memory.

    Raises `DataError` if the name is unknown, a file is damaged, or no mirror can be reached.
    """
    return kept.load(name) if is_own(name) else _load(name)


@cache
def _load(name: str) -> Dataset:
    return _entry(name).load()


def _entry(name: str) -> _Entry:
    if name not in _TABLE:
        raise DataError(f"There is no data set {name!r}; choose one of {', '.join(_TABLE)}, or data of your own.")
    return _TABLE[name]
