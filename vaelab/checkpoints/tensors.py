"""Named arrays to bytes and back, exactly, in the safetensors format.

Three gaps of the format are closed here. Its NumPy writer stores wrong numbers for arrays that are not C-contiguous
(safetensors issue 825), so each array is laid out first; its NumPy reader does not know bfloat16; and it checks neither
names nor values, so both are checked against what the caller expects.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
from ml_dtypes import bfloat16

from vaelab.errors import CheckpointError

# The format's names of the types that NumPy holds; anything else would come back as another type or not at all.
DTYPES = {
    "BF16": "bfloat16",
    "F16": "float16",
    "F32": "float32",
    "F64": "float64",
    "I8": "int8",
    "I16": "int16",
    "I32": "int32",
    "I64": "int64",
    "U8": "uint8",
    "U16": "uint16",
    "U32": "uint32",
    "U64": "uint64",
    "BOOL": "bool",
}
MAXIMUM_TENSORS = 10_000
MAXIMUM_HEADER = 4 << 20

Expected = Mapping[
    str, tuple[tuple[int, ...], str]
]  # name -> (shape, dtype), such as {"a/kernel": ((2, 3), "float32")}


def encode(tensors: Mapping[str, Any], file: str) -> bytes:
    """Arrays of any layout -> bytes; raises `CheckpointError` for a dtype or name that would not come back."""
    laid_out = {name: _lay_out(name, value, file) for name, value in tensors.items()}
    return safetensors.numpy.save(laid_out)


def _lay_out(name: str, value: Any, file: str) -> np.ndarray:
    # Not `ascontiguousarray`: it turns a 0-d step counter into shape (1,).
    array = np.asarray(value, order="C")
    if array.dtype.name not in DTYPES.values():
        raise CheckpointError(f"{file}: {name} has the type {array.dtype.name}, which cannot be stored. Use float32.")
    if not _printable(name):
        raise CheckpointError(f"{file}: {name!r:.80} is no name for an array: use 1 to 256 printable characters.")
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def decode(content: bytes, file: str, expected: Expected | None = None) -> dict[str, np.ndarray]:
    """Bytes -> arrays that own their memory; names, shapes and dtypes must equal `expected` when it is given."""
    found = header(content, file)
    if expected is not None:
        _compare(found, expected, file)
    try:
        return {
            name: np.frombuffer(entry["data"], _dtype(found[name][1])).reshape(entry["shape"])
            for name, entry in safetensors.deserialize(content)
        }
    except (safetensors.SafetensorError, ValueError, KeyError, OverflowError) as error:
        raise CheckpointError(f"{file} is not a valid tensor file ({error}).") from None


def _dtype(name: str) -> np.dtype:
    return np.dtype(bfloat16 if name == "bfloat16" else name)


def header(content: bytes, file: str) -> dict[str, tuple[tuple[int, ...], str]]:
    """Shape and dtype of each array by name, from the first bytes alone: nothing of that size is allocated."""
    length = int.from_bytes(content[:8], "little")
    if len(content) < 10 or not 2 <= length <= min(MAXIMUM_HEADER, len(content) - 8):
        raise CheckpointError(f"{file} is not a tensor file: its header is missing or too long.")
    try:
        entries = json.loads(content[8 : 8 + length])
        entries.pop("__metadata__", None)
        found = {
            name: (tuple(int(size) for size in entry["shape"]), DTYPES[entry["dtype"]])
            for name, entry in entries.items()
        }
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise CheckpointError(f"{file} has a header that cannot be read ({type(error).__name__}: {error}).") from None
    if len(found) > MAXIMUM_TENSORS or not all(map(_printable, found)):
        raise CheckpointError(f"{file} holds more than {MAXIMUM_TENSORS:,} arrays, or names that are not printable.")
    return found


def _compare(found: Expected, expected: Expected, file: str) -> None:
    if missing := sorted(expected.keys() - found.keys()):
        raise CheckpointError(f"{file} lacks {', '.join(missing[:3])}: it was made for another recipe.")
    if surplus := sorted(found.keys() - expected.keys()):
        raise CheckpointError(f"{file} has the unknown {', '.join(surplus[:3])}: it was made for another recipe.")
    for name, (shape, dtype) in expected.items():
        wanted = (tuple(shape), _dtype(dtype).name)
        if found[name] != wanted:
            raise CheckpointError(
                f"{file}: {name} is {found[name][1]} {list(found[name][0])}, "
                f"but its recipe needs {wanted[1]} {list(wanted[0])}."
            )


def require_finite(tensors: Mapping[str, Any], file: str) -> None:
    """Raise `CheckpointError` naming the first array with NaN or infinity."""
    for name, value in tensors.items():
        array = np.asarray(value)
        if (array.dtype.kind == "f" or array.dtype == bfloat16) and not np.isfinite(array).all():
            raise CheckpointError(f"{file}: {name} holds NaN or infinity. Use an earlier step.")


def _printable(name: object) -> bool:
    return isinstance(name, str) and 0 < len(name) <= 256 and name.isprintable() and name != "__metadata__"
