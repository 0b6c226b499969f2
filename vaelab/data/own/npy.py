"""NumPy's file format read without trusting it: the header by a pattern, the size compared before anything is made.

No pickle: a file of objects is refused by the pattern of its type. Source: NumPy Enhancement Proposal 1.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import numpy as np

from vaelab.data.own.limits import HEADER
from vaelab.errors import DataError

_MAGIC = b"\x93NUMPY"
_HEADER = re.compile(
    rb"\{'descr': '([<>|=]?(?:b1|[iu][1248]|f[248]))', 'fortran_order': (True|False), "
    rb"'shape': \(((?:\d{1,18}, ?)*\d{0,18},?)\),? ?\} *\n?"
)
_BLOCK = 4 << 20  # Bytes that are read at once.


class Header(NamedTuple):
    """What the first bytes of a .npy file say."""

    dtype: np.dtype
    shape: tuple[int, ...]
    offset: int  # Bytes before the numbers.


def read_header(file: BinaryIO, size: int, what: str) -> Header:
    """The header of a .npy file of `size` bytes, which must hold just that many; raises `DataError`."""
    file.seek(0)
    start = file.read(8)
    if len(start) < 8 or start[:6] != _MAGIC or start[6] not in (1, 2, 3):
        raise DataError(f"{what} is no NumPy file; save one array with numpy.save.")
    width = 2 if start[6] == 1 else 4
    length = int.from_bytes(file.read(width), "little")
    if length > HEADER:
        raise DataError(f"{what} is damaged: its header would have {length:,} bytes.")
    found = _HEADER.fullmatch(file.read(length))
    if not found:
        raise DataError(
            f"{what} does not hold plain numbers: its header names another type than booleans, integers or floats of "
            "up to 64 bits; convert the array with astype, and never save objects."
        )
    if found[2] == b"True":
        raise DataError(f"{what} is stored column by column; save numpy.ascontiguousarray(array) instead.")
    dtype, offset = np.dtype(found[1].decode()), 8 + width + length
    shape = tuple(int(word) for word in found[3].replace(b" ", b"").split(b",") if word)
    if math.prod(shape) * dtype.itemsize != size - offset:
        raise DataError(
            f"{what} is damaged: its header announces an array of {' x '.join(map(str, shape))} numbers, which would "
            f"be {math.prod(shape) * dtype.itemsize:,} bytes, but {max(size - offset, 0):,} follow."
        )
    return Header(dtype, shape, offset)


def write_header(shape: tuple[int, ...]) -> bytes:
    """128 bytes, whatever the shape, that announce an array of bytes: so the count can be put in at the end."""
    text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({', '.join(map(str, shape))},), }}"
    return _MAGIC + b"\x01\x00" + (118).to_bytes(2, "little") + text.encode().ljust(117) + b"\n"


class Rows:
    """The rows of an array in a file, read by number: memory holds only those that are asked for."""

    def __init__(self, file: BinaryIO, offset: int, dtype: np.dtype, shape: tuple[int, ...]):
        self._file, self._offset, self._dtype = file, offset, dtype
        self.count, self.shape = shape[0], shape[1:]
        self._bytes = math.prod(self.shape) * dtype.itemsize
        self.bytes = self.count * self._bytes  # Of all rows.

    @property
    def dtype(self) -> np.dtype:
        """Of the numbers, in the byte order of the file."""
        return self._dtype

    def __getitem__(self, index: int) -> np.ndarray:
        return self.slice(index, 1)[0]

    def slice(self, first: int, count: int) -> np.ndarray:
        """[count, *shape]; raises `DataError` if the file has become shorter."""
        self._file.seek(self._offset + first * self._bytes)
        content = self._file.read(count * self._bytes)
        if len(content) != count * self._bytes:
            raise DataError("The file of an array became shorter while it was read; start again.")
        return np.frombuffer(content, self._dtype).reshape(count, *self.shape)

    def blocks(self) -> Iterator[tuple[int, np.ndarray]]:
        """All rows in order, some megabytes at a time: the number of the first, and [rows, *shape]."""
        length = max(1, _BLOCK // max(1, self._bytes))
        for first in range(0, self.count, length):
            yield first, self.slice(first, min(length, self.count - first))


def size_of(file: BinaryIO) -> int:
    """Bytes in a file that can be read anywhere."""
    return file.seek(0, os.SEEK_END)
