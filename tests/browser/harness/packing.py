"""Frames as bytes, written from the description of the format and not with the code of the application."""

import json

import numpy as np

NAMES = {"float32": "<f4", "float16": "<f2", "uint8": "|u1", "int32": "<i4"}


def pack(header: dict, arrays: dict[str, np.ndarray]) -> bytes:
    """u32 header length | JSON header, padded | arrays, each at a multiple of eight bytes."""
    entries, chunks, offset = [], [], 0
    for name, array in arrays.items():
        raw = np.ascontiguousarray(array).astype(NAMES[array.dtype.name]).tobytes()
        raw += b"\0" * (-len(raw) % 8)
        entries.append({"name": name, "dtype": array.dtype.name, "shape": array.shape, "offset": offset})
        chunks.append(raw)
        offset += len(raw)
    text = json.dumps({"version": 1, **header, "arrays": entries}).encode()
    text += b" " * (-(len(text) + 4) % 8)
    return len(text).to_bytes(4, "little") + text + b"".join(chunks)
