"""Pen strokes of handwritten digits: eight points in the order in which the pen passed them, 7,494 + 3,498 of them.

A text file a split, a line a stroke: x and y of each point from 0 to 100, then the digit. The writers of one split are
not those of the other. Where the pen was lifted is not recorded: the points lie at equal distances along the whole way.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

import numpy as np

from vaelab.data import published
from vaelab.data.dataset import Dataset, DatasetInfo, Split, split
from vaelab.errors import DataError

_TRAIN, _TEST, _POINTS = 7494, 3498, 8
_LARGEST = 100  # of a coordinate
_NUMBERS = 2 * _POINTS + 1  # in a line
_LINE = re.compile(rf" *[0-9]{{1,3}}(?: *, *[0-9]{{1,3}}){{{_NUMBERS - 1}}} *")
_WIDEST = 8 * _NUMBERS  # bytes of a line, with all the blanks that anyone puts into it

INFORMATION = DatasetInfo(
    "pendigits", "Pen strokes", (_POINTS, 2), _TRAIN, _TEST, tuple("0123456789"), "CC BY 4.0",
    "Digits as 44 writers drew them on a tablet, by Alpaydin and Alimoglu (1996), UCI Machine Learning Repository.",
)


@dataclass(frozen=True)
class Strokes:
    """A text file of strokes: its name, the number of its lines, and the SHA-256 of its numbers.

    The digest is of the lines as `write` writes them, because copies differ in the blanks that align the columns.
    """

    name: str
    count: int
    sha256: str

    @property
    def kept_as(self) -> str:
        """The name that it was published under."""
        return self.name

    @property
    def given_as(self) -> tuple[str, ...]:
        """The same: it is small, and nobody compresses it."""
        return (self.name,)

    @property
    def limit(self) -> int:
        """The most bytes that the file can have."""
        return _WIDEST * self.count

    def verified(self, stored: bytes, what: str) -> np.ndarray:
        """uint8 [count, 17] from the bytes of the file; raises `DataError` that begins with `what`."""
        numbers = parse(stored, what)
        if len(numbers) != self.count:
            raise DataError(f"{what} is damaged: it has {len(numbers):,} lines, but {self.count:,} are wanted.")
        found = hashlib.sha256(write(numbers)).hexdigest()
        published.require_digest(found, self.sha256, "its numbers", what)
        return numbers


_MIRRORS = ("https://archive.ics.uci.edu/ml/machine-learning-databases/pendigits",)
_FILES = (
    Strokes("pendigits.tra", _TRAIN, "13a29b9cc1b40503c51030840092d32e0e99efcbd5331146f832a2e815bb4c35"),
    Strokes("pendigits.tes", _TEST, "70124fa8a06bc820d38591f297271c364b215174410d9711ffafcfc857ff945f"),
)


def load() -> Dataset:
    """The strokes of both files, a coordinate v from 0 to 100 as the byte nearest to 255 v / 100: uint8 [N, 8, 2].

    Each v has a byte of its own, so that v is the whole number nearest to 100 / 255 of the byte. Raises `DataError`.
    """
    name = INFORMATION.name
    train, test = (_split(published.read(INFORMATION.title, name, file, _MIRRORS)) for file in _FILES)
    return Dataset(name, train, test, INFORMATION.classes)


def available() -> bool:
    """Whether both files are on this machine."""
    return all(published.present(INFORMATION.name, file) for file in _FILES)


def parse(stored: bytes, what: str) -> np.ndarray:
    """uint8 [N, 17]: sixteen coordinates and a digit per line; blanks around the numbers do not matter.

    Raises `DataError`, which begins with `what` and names the first line that is no stroke.
    """
    try:
        lines = stored.decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise DataError(f"{what} is not a file of strokes: byte {error.start:,} is no ASCII character.") from error
    rows = []
    for number, line in enumerate(lines, 1):
        row = [int(word) for word in line.split(",")] if _LINE.fullmatch(line) else []
        if not row or max(row[:-1]) > _LARGEST or row[-1] > 9:
            raise DataError(
                f"{what} is damaged: line {number:,} must be {2 * _POINTS} numbers from 0 to {_LARGEST} and a digit, "
                f"with commas between them, but is {line!r:.60}."
            )
        rows.append(row)
    return np.array(rows, np.uint8).reshape(-1, _NUMBERS)


def write(numbers: np.ndarray) -> bytes:
    """The lines of a file of strokes without any blanks."""
    return "".join(",".join(map(str, row)) + "\n" for row in numbers.tolist()).encode()


def _split(numbers: np.ndarray) -> Split:
    places = np.rint(numbers[:, :-1].astype(np.float64) * 255 / _LARGEST).astype(np.uint8)
    return split(places.reshape(-1, _POINTS, 2), numbers[:, -1])
