"""The manifest of a step: what its files must be, and a seal over the manifest itself.

There is one way to write a manifest, and reading insists on it byte by byte: so no change of the file goes unseen,
be it a digit of a metric or a blank. The seal tells damage, not forgery; who can forge it meets the checks of the
loader (sizes, names, shapes, finite values), which trust no file.
"""

from __future__ import annotations

import hashlib
import json
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from vaelab.errors import CheckpointError

FORMAT = 1
PACKAGES = ("vaelab", "jax", "flax", "optax", "numpy", "safetensors")


def digest(content: bytes) -> str:
    """SHA-256 as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def versions() -> dict[str, str]:
    """The installed versions that a result depends on, without importing any of the packages."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue  # Used from a folder without being installed.
    return found


def to_bytes(value: Any) -> bytes:
    """The one JSON text of a value; NaN and infinity are refused, since no other reader accepts them."""
    return json.dumps(value, indent=1, sort_keys=True, allow_nan=False).encode() + b"\n"


def from_bytes(content: bytes, file: str) -> Any:
    """Parse JSON; raises `CheckpointError` for anything else, however it is broken."""
    try:
        return json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{file} is not valid JSON ({error}).") from None


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a number")


def seal(entries: dict[str, Any]) -> bytes:
    """The bytes of a manifest with its own checksum."""
    return to_bytes({**entries, "seal": digest(to_bytes(entries))})


def unseal(content: bytes, file: str) -> dict[str, Any]:
    """The entries of a manifest; raises `CheckpointError` when it was altered or is of another format."""
    entries = from_bytes(content, file)
    if not isinstance(entries, dict) or not isinstance(entries.pop("seal", None), str) or content != seal(entries):
        raise CheckpointError(f"{file} was altered: its checksum does not fit. Restore it or use another step.")
    if entries.get("format") != FORMAT:
        raise CheckpointError(f"{file} has the format {entries.get('format')!r}; this version reads {FORMAT}.")
    files, step = entries.get("files"), entries.get("step")
    shaped = isinstance(files, dict) and all(
        isinstance(entry, dict) and isinstance(entry.get("sha256"), str) and type(entry.get("bytes")) is int
        for entry in files.values()
    )
    metrics = entries.get("metrics")
    measured = isinstance(metrics, dict) and all(map(is_metric, metrics.values()))
    if not shaped or not is_step(step) or not measured:
        raise CheckpointError(f"{file} lacks the step, the metrics or the list of files.")
    return entries


def is_step(value: Any) -> bool:
    """Whether a value can be the number of a step."""
    return type(value) is int and 0 <= value < 10**12  # The most that a folder's name has digits for.


def is_metric(value: Any) -> bool:
    """Whether a value is a finite number, or null, which stands for one that was not finite."""
    return value is None or (type(value) in (int, float) and abs(value) <= sys.float_info.max)  # False for NaN too.
