"""Arrays as sources: `.npy`, `.npz` and IDX files of pictures, vectors or sequences, with or without labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from vaelab.data.own.archive import Archive
from vaelab.data.own.array_files import labels_of, rows_of, spooled, unzipped
from vaelab.data.own.dropped import Dropped, printable
from vaelab.data.own.folders import index
from vaelab.data.own.given import Given
from vaelab.data.own.limits import MOST, NUMBERS, SIDE
from vaelab.data.own.npy import Rows
from vaelab.data.own.numbering import Numbering
from vaelab.data.own.options import Options
from vaelab.data.own.source import Numbers, Pictures, Source
from vaelab.data.own.treatment import as_image, look
from vaelab.errors import DataError

_LOOKED_AT = 64  # Pictures.
# The names that arrays in one file are known by: examples, labels, and those of a test split.
_KNOWN = (
    ("x_train", "y_train", "x_test", "y_test"),
    ("train_images", "train_labels", "test_images", "test_labels"),
    ("images", "labels", "", ""),
    ("imgs", "labels", "", ""),
    ("data", "target", "", ""),
    ("data", "labels", "", ""),
    ("x", "y", "", ""),
)


class Part(NamedTuple):
    """Examples of one split and their labels."""

    rows: Rows
    labels: np.ndarray | None
    test: bool = False


def from_npz(given: Given, options: Options) -> Source:
    """The arrays of a `.npz` file by their usual names, or the only one that can hold examples; raises `DataError`."""
    archive = Archive(given.file, given.name)
    names = {name.removesuffix(".npy").lower(): place for place, name in enumerate(archive.names)}

    def rows(name: str) -> Rows:
        return rows_of(spooled(archive.blocks(names[name]), f"{given.name}: {name}"), f"{given.name}: {name}")

    for examples, labels, held_out, its_labels in _KNOWN:
        if examples in names:
            parts = [Part(rows(examples), labels_of(rows(labels)) if labels in names else None)]
            if held_out in names:
                parts.append(Part(rows(held_out), labels_of(rows(its_labels)) if its_labels in names else None, True))
            return _source(given.name, parts, options)
    if len(names) > 1:
        raise DataError(
            f"{given.name} holds the arrays {', '.join(map(printable, sorted(names)[:8]))}, and it is not clear which "
            "are the examples; name them images and labels."
        )
    if not names:
        raise DataError(f"{given.name} holds no array; save some with numpy.savez.")
    return _source(given.name, [Part(rows(next(iter(names))), None)], options)


def from_arrays(given: Sequence[Given], options: Options) -> Source:
    """One array of examples in a `.npy` or IDX file, and perhaps one of labels beside it; raises `DataError`."""
    arrays = [(each.name, rows_of(unzipped(each), each.name)) for each in given]
    examples = [(name, rows) for name, rows in arrays if rows.shape]
    labels = [labels_of(rows) for _, rows in arrays if not rows.shape]
    if len(examples) != 1 or len(labels) > 1:
        raise DataError(
            "Give one array of examples, and at most one of labels with a number per example, "
            f"but {', '.join(name for name, _ in arrays)} are {len(examples)} of examples and {len(labels)} of labels."
        )
    name, rows = examples[0]
    return _source(name, [Part(rows, labels[0] if labels else None)], options)


def _source(title: str, parts: Sequence[Part], options: Options) -> Source:
    for part in parts:
        if part.labels is not None and len(part.labels) != part.rows.count:
            raise DataError(f"{title} has {part.rows.count:,} examples, but {len(part.labels):,} labels.")
    if len({part.rows.shape for part in parts}) > 1:
        raise DataError(f"{title} has training and test examples of different shapes; give one shape.")
    total = sum(part.rows.count for part in parts)
    if not 0 < total <= MOST or not all(parts[0].rows.shape):
        raise DataError(f"{title} has {total:,} examples; from 50 to {MOST:,} can be stored.")
    shape = parts[0].rows.shape
    if options.features or len(shape) == 1:
        return _numbers(title, parts, options)
    return _pictures(title, parts)


def _labelled(parts: Sequence[Part], kept: np.ndarray) -> dict:
    """Labels, classes and split of the rows that are kept."""
    found: dict = {}
    if len(parts) > 1:
        found["test"] = np.concatenate([np.full(part.rows.count, part.test) for part in parts])[kept]
    numbers = [part.labels for part in parts if part.labels is not None]
    if len(numbers) == len(parts):
        labels, classes = index([str(number) for number in np.concatenate(numbers)[kept].tolist()])
        if labels is None:
            found["remarks"] = ("There are too many different labels: they are not taken for classes.",)
        found["labels"], found["classes"] = labels, classes
    return found


def _reader(parts: Sequence[Part], kept: np.ndarray) -> Callable[[int], np.ndarray]:
    """The row of the n-th example that is kept, over all parts."""
    starts = np.cumsum([0, *(part.rows.count for part in parts)])

    def read(number: int) -> np.ndarray:
        row = int(kept[number])
        part = int(np.searchsorted(starts, row, side="right")) - 1
        return parts[part].rows[row - int(starts[part])]

    return read


def _pictures(title: str, parts: Sequence[Part]) -> Pictures:
    shape, dtype = parts[0].rows.shape, parts[0].rows.dtype
    first = len(shape) == 3 and shape[0] in (1, 3) and shape[2] not in (1, 3)  # Channels come first.
    shape = (*shape[1:], shape[0]) if first else (*shape, 1) if len(shape) == 2 else shape
    if len(shape) != 3 or shape[2] not in (1, 3) or max(shape[:2]) > SIDE:
        raise DataError(
            f"{title} holds examples of the shape {' x '.join(map(str, parts[0].rows.shape))}, which are neither grey "
            "pictures (height x width) nor coloured ones (height x width x 3); for sequences, say so."
        )
    kept, low, high, dropped = _range(parts, per_column=False)
    if dtype.kind == "b" or (low >= 0 and high <= 1 and dtype != np.uint8):
        low, high = 0.0, 1.0
    elif low >= 0 and high <= 255:
        low, high = 0.0, 255.0
    row = _reader(parts, kept)

    def read(number: int) -> np.ndarray:
        pixels = row(number)
        pixels = np.moveaxis(pixels, 0, -1) if first else pixels.reshape(shape)
        if dtype == np.uint8:
            return pixels
        scaled = (pixels.astype(np.float64) - low) * (255 / max(high - low, 1e-300))
        return np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)

    seen = np.unique(np.linspace(0, len(kept) - 1, _LOOKED_AT).astype(int)) if len(kept) else []
    looked = look([as_image(read(int(number))) for number in seen]) if len(seen) else look([])
    scaled = (f"Values from {low:g} to {high:g} become grey levels from 0 to 255.",) if dtype != np.uint8 else ()
    about = _labelled(parts, kept)
    about["remarks"] = (*about.get("remarks", ()), *scaled)
    return Pictures(
        title, f"an array of {len(kept):,} pictures", Numbering("row", kept), **about, dropped=dropped,
        read=read, sizes=np.array([shape[:2]], np.int32), look=looked,
    )  # fmt: skip


def _numbers(title: str, parts: Sequence[Part], options: Options) -> Numbers:
    shape = parts[0].rows.shape
    size = int(np.prod(shape))
    steps, features = (size, 1) if not options.features else (size // options.features, options.features)
    if steps * features != size or (len(shape) == 2 and options.features not in (0, shape[1])) or len(shape) > 2:
        raise DataError(
            f"{title} has rows of {' x '.join(map(str, shape))} numbers, which cannot be sequences with "
            f"{options.features} numbers per step."
        )
    require_numbers(title, steps, features)
    kept, low, high, dropped = _range(parts, per_column=True)
    row = _reader(parts, kept)
    low, high = low.reshape(steps, features), high.reshape(steps, features)
    if options.features:
        low, high = low.min(axis=0, keepdims=True), high.max(axis=0, keepdims=True)
    return Numbers(
        title, f"an array of {len(kept):,} rows of numbers", Numbering("row", kept), **_labelled(parts, kept),
        dropped=dropped, read=lambda number: row(number).reshape(steps, features), shape=(steps, features), low=low,
        high=high,
    )  # fmt: skip


def require_numbers(title: str, steps: int, features: int) -> None:
    """Raise `DataError` unless an example of numbers is neither too small nor too large."""
    if steps < 2 or steps * features > NUMBERS:
        raise DataError(
            f"{title} has examples of {steps:,} steps with {features:,} numbers; wanted are at least 2 steps, and at "
            f"most {NUMBERS:,} numbers in all."
        )


def _range(parts: Sequence[Part], *, per_column: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray, Dropped]:
    """Which rows are finite, the least and the largest of their numbers, and the other rows."""
    dropped, finite, lows, highs = Dropped(), [], [], []
    number = 0
    whole = parts[0].rows.dtype.kind != "f"
    for part in parts:
        if part.rows.dtype == np.uint8 and not per_column:
            finite.append(np.ones(part.rows.count, bool))
            continue
        for _, block in part.rows.blocks():
            flat = block.reshape(len(block), -1)
            good = np.ones(len(flat), bool) if whole else np.isfinite(flat).all(axis=1)
            for bad in np.flatnonzero(~good):
                dropped.add(f"row {number + int(bad) + 1:,}", "with numbers that are not finite")
            finite.append(good)
            number += len(flat)
            if good.any():
                chosen = flat if good.all() else flat[good]
                lows.append(chosen.min(axis=0) if per_column else chosen.min())
                highs.append(chosen.max(axis=0) if per_column else chosen.max())
    kept = np.flatnonzero(np.concatenate(finite))
    zero = np.zeros(int(np.prod(parts[0].rows.shape)) if per_column else ())
    low = np.min(np.stack(lows).astype(np.float64), axis=0) if lows else zero
    high = np.max(np.stack(highs).astype(np.float64), axis=0) if highs else zero
    return kept, low, high, dropped
