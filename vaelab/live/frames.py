"""Frames: all that a viewer shows of a run at one moment, in one message.

u32 header length | JSON header, padded with blanks | raw arrays; everything little endian, every array at a multiple
of 8 bytes from the start of the payload. Each frame is complete in itself, so that whoever joins late, or reads only
every tenth frame, misses nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from vaelab.errors import RunError

VERSION = 1
ALIGNMENT = 8  # So that the browser can look at the arrays where they lie, whatever their type.
DTYPES = ("float32", "float16", "uint8", "int32")  # What the browser knows.
MAXIMUM_HEADER = 4 << 20
MAXIMUM_BYTES = 256 << 20
EXACT = 1 << 15  # A kernel of more numbers than this travels in half precision while it changes all the time.


def pack(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """A header of finite JSON values and named arrays -> one message; the header gains `version` and `arrays`."""
    table, pieces, offset = [], [], 0
    for name, array in arrays.items():
        if array.dtype.name not in DTYPES:
            raise RunError(f"A frame cannot carry {name} of type {array.dtype.name}; use one of {', '.join(DTYPES)}.")
        content = array.astype(array.dtype.newbyteorder("<"), order="C", copy=False).tobytes()
        table.append({"name": name, "dtype": array.dtype.name, "shape": list(array.shape), "offset": offset})
        pieces += [content, bytes(-len(content) % ALIGNMENT)]
        offset += len(content) + -len(content) % ALIGNMENT
    text = json.dumps({"version": VERSION, **header, "arrays": table}, allow_nan=False, separators=(",", ":")).encode()
    text += b" " * (-(4 + len(text)) % ALIGNMENT)
    return b"".join([len(text).to_bytes(4, "little"), text, *pieces])


def lighter(array: np.ndarray) -> np.ndarray:
    """The array in half precision, which changes a pixel by about a thousandth, if it is large and within its range."""
    if array.size <= EXACT or np.abs(array).max() > 60_000:
        return array
    return array.astype(np.float16)


def unpack(content: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """One message -> header and read-only arrays, views of its bytes; `RunError` if anything is out of bounds."""
    header, start = _header(content)
    arrays = {}
    table = header.get("arrays")
    if not isinstance(table, list):
        raise RunError("The frame has no list of arrays.")
    for entry in table:
        name, dtype, shape, offset = _entry(entry)
        size = prod(shape) * dtype.itemsize
        if offset % ALIGNMENT or start + offset + size > len(content):
            raise RunError(f"The array {name!r:.80} of a frame ends after the frame does, or starts at an odd place.")
        if name in arrays:
            raise RunError(f"The frame has two arrays {name!r:.80}.")
        arrays[name] = np.frombuffer(content, dtype, prod(shape), start + offset).reshape(shape)
    return header, arrays


def read_header(content: bytes) -> dict[str, Any]:
    """The header alone."""
    return _header(content)[0]


def renamed(content: bytes, run: str) -> bytes:
    """The same message about a run of another name, its arrays untouched."""
    header, start = _header(content)
    text = json.dumps({**header, "run": run}, allow_nan=False, separators=(",", ":")).encode()
    text += b" " * (-(4 + len(text)) % ALIGNMENT)
    return b"".join([len(text).to_bytes(4, "little"), text, memoryview(content)[start:]])


def _header(content: bytes) -> tuple[dict[str, Any], int]:
    length = int.from_bytes(content[:4], "little")
    if not 4 <= len(content) <= MAXIMUM_BYTES or length > min(MAXIMUM_HEADER, len(content) - 4):
        raise RunError("The frame is empty, cut off or too large.")
    try:
        header = json.loads(content[4 : 4 + length])
    except (ValueError, RecursionError):
        raise RunError("The header of the frame is not valid JSON.") from None
    if not isinstance(header, dict) or header.get("version") != VERSION:
        raise RunError(f"The frame is not of version {VERSION}.")
    return header, 4 + length


def _entry(entry: Any) -> tuple[str, np.dtype, tuple[int, ...], int]:
    """Name, type, shape and offset of an array, each of the kind it must be."""
    if not isinstance(entry, dict):
        raise RunError("The list of arrays of a frame holds something else.")
    name, dtype, shape, offset = (entry.get(key) for key in ("name", "dtype", "shape", "offset"))
    whole = isinstance(shape, list) and all(type(size) is int and size >= 0 for size in [*shape, offset])
    if not isinstance(name, str) or dtype not in DTYPES or not whole or len(shape or ()) > 8:
        raise RunError(f"The array {name!r:.80} of a frame has no valid type, shape or offset.")
    return name, np.dtype(dtype).newbyteorder("<"), tuple(shape or ()), int(offset or 0)
