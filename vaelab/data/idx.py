"""The IDX format of MNIST and its successors: a header of big-endian sizes, then the array. Plain or gzip.

Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits", section "File formats".
"""

from __future__ import annotations

import gzip
import math
import zlib
from io import BytesIO

import numpy as np

from vaelab.errors import DataError

_GZIP = b"\x1f\x8b"
_UNSIGNED_BYTES = 8
_TYPES = {8: "uint8", 9: "int8", 11: "int16", 12: "int32", 13: "float32", 14: "float64"}


def header(shape: tuple[int, ...]) -> bytes:
    """The first bytes of an IDX file that holds a uint8 array of this shape."""
    return bytes((0, 0, _UNSIGNED_BYTES, len(shape))) + b"".join(size.to_bytes(4, "big") for size in shape)


def read(stored: bytes, shape: tuple[int, ...], what: str) -> np.ndarray:
    """The uint8 array of this shape from the bytes of a plain or gzip IDX file; it is read-only.

    The shape is known beforehand, so the header is compared before the rest is unpacked, and however much a
    gzip stream would unpack to, it is asked for the array and one byte more. Raises `DataError`, which begins
    with `what`.
    """
    file = gzip.GzipFile(fileobj=BytesIO(stored)) if stored.startswith(_GZIP) else BytesIO(stored)
    wanted, size = header(shape), math.prod(shape)
    try:
        start = file.read(len(wanted))
        if start != wanted:
            raise DataError(f"{what} {_difference(start, shape)}.")
        body = file.read(size + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{what} is damaged: its gzip stream cannot be unpacked ({error}).") from error
    if len(body) != size:
        amount = f"ends after {len(body):,}" if len(body) < size else "goes on after all"
        raise DataError(f"{what} is damaged: it {amount} of {size:,} bytes of data.")
    return np.frombuffer(body, np.uint8).reshape(shape)


def _difference(start: bytes, shape: tuple[int, ...]) -> str:
    """What is wrong with the first bytes of a file, as the end of a sentence."""
    if len(start) < 4 or start[:2] != b"\0\0" or start[2] not in _TYPES:
        return "is not an IDX file: it does not begin with two zero bytes and the code of a number type"
    if start[2] != _UNSIGNED_BYTES:
        return f"holds {_TYPES[start[2]]} numbers, but images and labels are uint8"
    sizes = tuple(int.from_bytes(start[place : place + 4], "big") for place in range(4, len(start) - 3, 4))
    found = f"{start[3]} dimensions, beginning with" if start[3] != len(shape) else "the shape"
    return f"has {found} {' x '.join(map(str, sizes))}, but {' x '.join(map(str, shape))} is wanted"
