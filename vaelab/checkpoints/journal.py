"""The small files of a run: its status, replaced as a whole, and its metrics, one JSON object per line.

`metrics.jsonl` is only ever appended to. A kill can leave its last line half-written; a reader skips that line and
the next writer starts a fresh one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from vaelab.checkpoints import files, manifest
from vaelab.errors import CheckpointError

STATUS, METRICS = "status.json", "metrics.jsonl"
STATUS_LIMIT, METRICS_LIMIT = 1 << 20, 64 << 20


def write_status(run: Path, status: dict[str, Any], *, durable: bool = True) -> None:
    """Replace the status of a run; `durable=False` for the frequent heartbeat."""
    files.replace(run / STATUS, manifest.to_bytes(status), durable=durable)


def read_status(run: Path) -> dict[str, Any]:
    """The status of a run, empty when there is none (a run that ships) or when it cannot be read."""
    try:
        status = manifest.from_bytes(files.read(run / STATUS, STATUS_LIMIT), str(run / STATUS))
    except CheckpointError:
        return {}
    return status if isinstance(status, dict) else {}


def append_metrics(run: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Append rows of finite numbers; after a kill in the middle of a line, the torn line is closed first."""
    text = "".join(json.dumps(row, allow_nan=False) + "\n" for row in rows)
    descriptor = os.open(run / METRICS, os.O_RDWR | os.O_CREAT | os.O_APPEND, files.FILE_MODE)
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(end - 1)
            text = text if file.read(1) == b"\n" else "\n" + text
        file.write(text.encode())


def read_metrics(run: Path, through: int | None = None) -> list[dict[str, Any]]:
    """The rows in order of step, at most up to step `through`.

    A run that was resumed writes some steps again: the rows written last count.
    """
    try:
        content = files.read(run / METRICS, METRICS_LIMIT)
    except CheckpointError:
        return []
    rows: dict[int, dict[str, Any]] = {}
    for line in content.split(b"\n"):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue  # Torn by a kill.
        if not _is_row(row):
            continue  # None of ours.
        step = row["step"]
        for later in [s for s in reversed(rows) if s >= step] if rows and step <= next(reversed(rows)) else ():
            del rows[later]
        if through is None or step <= through:
            rows[step] = row
    return list(rows.values())


def _is_row(row: Any) -> bool:
    """Whether it is an object of finite numbers and nulls with a step; whatever else it is, it is not drawn."""
    return isinstance(row, dict) and manifest.is_step(row.get("step")) and all(map(manifest.is_metric, row.values()))


def newest_row(run: Path) -> dict[str, Any]:
    """The last whole row, read from the end of the file alone; empty when there is none."""
    try:
        with open(run / METRICS, "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - (1 << 14)))
            lines = file.read(1 << 14).split(b"\n")
    except OSError:
        return {}
    for line in reversed(lines):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if _is_row(row):
            return row
    return {}
