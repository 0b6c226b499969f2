"""A text file of numbers with a row per example: vectors, or sequences step by step. One pass, a line at a time."""

from __future__ import annotations

import csv
import math
import re
import sys
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from vaelab.data.own.arrays import require_numbers
from vaelab.data.own.dropped import Dropped, printable
from vaelab.data.own.folders import index
from vaelab.data.own.given import Given
from vaelab.data.own.limits import CLASSES, LINE, MOST, NUMBERS
from vaelab.data.own.npy import Rows
from vaelab.data.own.numbering import Numbering
from vaelab.data.own.options import Options
from vaelab.data.own.source import Numbers
from vaelab.errors import DataError

SUFFIXES = (".csv", ".tsv", ".txt", ".tra", ".tes", ".data")
_LABELS = ("label", "labels", "class", "target", "y", "category", "species")  # What such a column is called.
_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*|\s*[-+]?(nan|inf(inity)?)\s*", re.IGNORECASE)
_BLOCK = 4096  # Rows that are written at once.


@dataclass
class _Layout:
    """What the first lines say of all of them."""

    separator: str
    header: list[str]  # Names of the columns, or nothing.
    width: int  # Cells of a line.
    label: int | None  # The column of labels.


@dataclass
class _Table:
    """What has been read so far."""

    width: int  # Numbers of a row.
    spool: object = field(default_factory=tempfile.TemporaryFile)  # float32, a row after the other
    kept: array = field(default_factory=lambda: array("q"))  # Lines, counted from 0.
    words: list[str] = field(default_factory=list)
    waiting: list[list[float]] = field(default_factory=list)
    low: np.ndarray | None = None
    high: np.ndarray | None = None

    def add(self, line: int, numbers: list[float], word: str | None) -> None:
        self.kept.append(line)
        self.waiting.append(numbers)
        if word is not None:
            self.words.append(word)
        if len(self.waiting) * self.width >= _BLOCK * 64 or len(self.waiting) >= _BLOCK:
            self.flush()

    def flush(self) -> None:
        if not self.waiting:
            return
        rows = np.array(self.waiting, np.float64)
        self.waiting.clear()
        low, high = rows.min(axis=0), rows.max(axis=0)
        self.low = low if self.low is None else np.minimum(self.low, low)
        self.high = high if self.high is None else np.maximum(self.high, high)
        self.spool.write(rows.astype("<f4").tobytes())  # type: ignore[attr-defined]


def from_table(given: Given, options: Options) -> Numbers:
    """The rows of a text file of numbers; raises `DataError`."""
    lines = _lines(given)
    first = [line for _, line in zip(range(2), lines, strict=False)]
    layout = _layout([line for _, line in first], options, given.name)
    numbers = layout.width - (layout.label is not None)
    steps, features = (numbers, 1) if not options.features else (numbers // options.features, options.features)
    if steps * features != numbers:
        raise DataError(
            f"{given.name} has rows of {numbers:,} numbers, which are no whole number of steps with {features} each."
        )
    require_numbers(given.name, steps, features)
    table, dropped = _Table(numbers), Dropped()
    for line, text in _after_header(lines, first, bool(layout.header)):
        _read(line, text, layout, table, dropped)
    table.flush()
    if not table.kept:
        raise DataError(f"{given.name} has no row of numbers. {dropped.sentence() if dropped.total else ''}".rstrip())
    return _source(given.name, table, layout, dropped, options, (steps, features))


def _source(
    title: str, table: _Table, layout: _Layout, dropped: Dropped, options: Options, shape: tuple[int, int]
) -> Numbers:
    if table.low is None or table.high is None:
        raise DataError(f"{title} has no row of numbers.")
    steps, features = shape
    low, high = table.low.reshape(shape), table.high.reshape(shape)
    if options.features:
        low, high = low.min(axis=0, keepdims=True), high.max(axis=0, keepdims=True)
    rows = Rows(table.spool, 0, np.dtype("<f4"), (len(table.kept), steps, features))  # type: ignore[arg-type]
    labels, classes = index(table.words) if table.words else (None, ())
    remarks = []
    if layout.label is not None:
        name = layout.header[layout.label] if layout.header else f"{layout.label + 1}"
        remarks.append(f"Column {printable(name)} holds the classes." if labels is not None else f"Column "
                       f"{printable(name)} has more than {CLASSES} values: it is not taken for classes.")  # fmt: skip
    columns = tuple(printable(name) for place, name in enumerate(layout.header) if place != layout.label)
    return Numbers(
        title, f"a table of {len(table.kept):,} rows", Numbering("line", np.frombuffer(table.kept, np.int64)), labels,
        classes, dropped=dropped, remarks=tuple(remarks), read=rows.__getitem__, shape=shape, low=low, high=high,
        columns=columns,
    )  # fmt: skip


# --- lines ------------------------------------------------------------------------------------------------------


def _lines(given: Given) -> Iterator[tuple[int, str]]:
    """The lines that are not empty, with their numbers from 0; raises `DataError` for what is no text."""
    given.file.seek(0)
    number = 0
    while line := given.file.readline(LINE):
        if len(line) == LINE:
            raise DataError(f"{given.name} has a line of more than {LINE >> 20} MB; give one row per example.")
        try:
            text = line.decode("utf-8-sig" if number == 0 else "utf-8").strip("\r\n")
        except UnicodeDecodeError:
            raise DataError(f"{given.name} is no text: line {number + 1:,} cannot be read as UTF-8.") from None
        if "\0" in text:
            raise DataError(f"{given.name} is no text: line {number + 1:,} has zero bytes.")
        if text.strip():
            yield number, text
        number += 1


def _after_header(
    lines: Iterator[tuple[int, str]], first: Sequence[tuple[int, str]], header: bool
) -> Iterator[tuple[int, str]]:
    yield from first[header:]
    yield from lines


def _cells(text: str, separator: str) -> list[str]:
    if '"' in text:
        return [cell.strip() for cell in next(csv.reader([text], delimiter=separator), [])]
    return text.split() if separator == " " else text.split(separator)


def _layout(first: Sequence[str], options: Options, title: str) -> _Layout:
    """Separator, header and label column from the first two lines."""
    if not first:
        raise DataError(f"{title} is empty.")
    sample = first[-1]
    separator = next((sign for sign in ("\t", ";", ",") if sign in sample), " ")
    rows = [_cells(line, separator) for line in first]
    words = [[place for place, cell in enumerate(row) if not _NUMBER.fullmatch(cell)] for row in rows]
    header = [cell.strip() for cell in rows[0]] if len(words[0]) > len(words[-1]) else []
    width = len(rows[-1])
    if not 1 < width <= NUMBERS + 1:
        raise DataError(
            f"{title} has {width:,} cell{'s' * (width > 1)} in a row; from 2 to {NUMBERS:,} numbers are wanted, with "
            "commas, semicolons, tabs or blanks between them."
        )
    return _Layout(separator, header, width, _label_column(options.label, header, words[-1], width, title))


def _label_column(wanted: str, header: list[str], words: list[int], width: int, title: str) -> int | None:
    lowered = [name.lower() for name in header]
    if wanted == "none":
        return None
    if wanted == "last":
        return width - 1
    if not wanted:
        named = [place for place, name in enumerate(lowered) if name in _LABELS]
        return named[0] if named else words[0] if len(words) == 1 else None
    if wanted.lower() in lowered:
        return lowered.index(wanted.lower())
    if wanted.isdecimal() and len(wanted) < 7 and 0 < int(wanted) <= width:
        return int(wanted) - 1
    known = f" ({', '.join(map(printable, header[:12]))})" if header else ""
    raise DataError(
        f"{title} has no column {wanted!r:.60}; name one of its {width:,} columns{known}, or give its number from 1."
    )


def _read(line: int, text: str, layout: _Layout, table: _Table, dropped: Dropped) -> None:
    """Put a line into the table, or say why not."""
    cells = _cells(text, layout.separator)
    if len(cells) != layout.width:
        dropped.add(f"line {line + 1:,}", f"without {layout.width:,} cells")
        return
    word = None if layout.label is None else cells.pop(layout.label).strip()
    try:
        numbers = [float(cell) for cell in cells]
    except ValueError:
        dropped.add(f"line {line + 1:,}", "with a cell that is no number")
        return
    if not all(map(math.isfinite, numbers)) or max(map(abs, numbers)) > 3e38:
        dropped.add(f"line {line + 1:,}", "with numbers that are not finite")
        return
    if len(table.kept) >= MOST:
        raise DataError(f"The table has more than {MOST:,} rows; give the first of them in a file of its own.")
    table.add(line, numbers, None if word is None else sys.intern(printable(word, 60)))
