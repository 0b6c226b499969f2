"""Files that hold one array, `.npy` or IDX, plain or within gzip or an archive: opened, checked, read in blocks."""

from __future__ import annotations

import gzip
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import numpy as np

from vaelab.data.own.given import Given
from vaelab.data.own.limits import FILE, MOST, UNPACKED
from vaelab.data.own.npy import Rows, read_header, size_of
from vaelab.errors import DataError

_IDX = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def unzipped(given: Given) -> BinaryIO:
    """The file, or what a gzip file unpacks to, counted."""
    given.file.seek(0)
    if given.file.read(2) != b"\x1f\x8b":
        return given.file
    given.file.seek(0)
    stream = gzip.GzipFile(fileobj=given.file)

    def blocks() -> Iterator[bytes]:
        try:
            while block := stream.read(1 << 20):
                yield block
        except (OSError, EOFError, zlib.error):
            raise DataError("damaged") from None

    return spooled(blocks(), given.name)


def spooled(blocks: Iterable[bytes], what: str) -> BinaryIO:
    """Bytes in a nameless file, because they may be more than memory should hold; at most as many as are allowed."""
    file, total = tempfile.TemporaryFile(), 0
    try:
        for block in blocks:
            total += len(block)
            if total > UNPACKED:
                raise DataError(f"{what} unpacks to more than {UNPACKED >> 20} MB; give it unpacked.")
            file.write(block)
    except DataError as error:
        file.close()
        sentence = str(error)
        raise DataError(sentence if sentence.endswith(".") else f"{what} is {sentence}; save it again.") from None
    return file


def rows_of(file: BinaryIO, what: str) -> Rows:
    """The array of a `.npy` or IDX file."""
    size = size_of(file)
    file.seek(0)
    start = file.read(4)
    if start[:2] == b"\0\0" and len(start) == 4 and start[2] in _IDX and 0 < start[3] <= 4:
        sizes = file.read(4 * start[3])
        shape = tuple(int.from_bytes(sizes[place : place + 4], "big") for place in range(0, len(sizes), 4))
        rows = Rows(file, 4 + len(sizes), np.dtype(_IDX[start[2]]), shape or (0,))
        if len(shape) != start[3] or rows.bytes != size - 4 - len(sizes):
            raise DataError(f"{what} is damaged: its header announces {rows.bytes:,} bytes, but it has others.")
    else:
        header = read_header(file, size, what)
        if not header.shape:
            raise DataError(f"{what} holds a single number; give an array with one row per example.")
        rows = Rows(file, header.offset, header.dtype, header.shape)
    if rows.count > MOST:
        raise DataError(f"{what} has {rows.count:,} rows; at most {MOST:,} examples can be stored.")
    if rows.bytes > rows.count * FILE:
        raise DataError(f"{what} has rows of more than {FILE >> 20} MB; make the examples smaller.")
    return rows


def labels_of(rows: Rows) -> np.ndarray:
    """Labels as an array of numbers [N]; raises `DataError`."""
    if rows.shape not in ((), (1,)):
        raise DataError("Labels must be one number per example, not several; save the index of the class.")
    found = [block.reshape(-1) for _, block in rows.blocks()]
    labels = np.concatenate(found) if found else np.zeros(0)
    if labels.dtype.kind == "f" and not (np.isfinite(labels) & (labels == np.rint(labels))).all():
        raise DataError("Labels must be whole numbers; save the index of the class.")
    return labels.astype(np.int64)
