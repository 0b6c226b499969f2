"""Deleted runs, kept aside for an hour: `.trash/<name>.<time>` beside the runs, where no list looks."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from vaelab.checkpoints import files
from vaelab.checkpoints.runs import NAME, writer
from vaelab.errors import CheckpointError

TRASH = ".trash"
KEPT = 3600.0  # Seconds after which a deleted run is really gone.


def remove_run(run: Path) -> None:
    """Put a run aside; raises `CheckpointError` when a process is training it, or the disk fails."""
    gone = CheckpointError(f"{run.name} does not exist any more: someone else has deleted it.")
    if not run.is_dir():
        raise gone
    trash = run.parent / TRASH
    with writer(run):
        try:
            files.make_folder(trash)
            # A clock that is set back or two removals in one moment must not make two of a name.
            moment = max([time.time_ns(), *(when + 1 for name, when, _ in _kept(run.parent) if name == run.name)])
            os.rename(run, trash / f"{run.name}.{moment}")
        except FileNotFoundError:
            raise gone from None
        except OSError as error:
            raise CheckpointError(f"{run.name} cannot be deleted ({error.strerror or error}).") from error
    empty_trash(run.parent)


def restore_run(root: Path, name: str) -> Path:
    """Bring back the run of a name that was deleted last; raises `CheckpointError` when it is gone for good."""
    kept = [(when, folder) for found, when, folder in _kept(root) if found == name]
    if not kept:
        raise CheckpointError(f"{name:.80} was not deleted within the last hour, so it cannot be brought back.")
    run = root / name
    if run.exists():
        raise CheckpointError(f"There is another run {name} by now. Rename its folder first.")
    try:
        os.rename(max(kept)[1], run)
    except OSError as error:
        raise CheckpointError(f"{name} cannot be brought back ({error.strerror or error}).") from error
    return run


def empty_trash(root: Path, kept: float = KEPT) -> None:
    """Delete for good what was put aside more than `kept` seconds ago."""
    for _, when, folder in list(_kept(root)):
        if time.time_ns() - when > kept * 1e9:
            shutil.rmtree(folder, ignore_errors=True)


def _kept(root: Path) -> Iterator[tuple[str, int, Path]]:
    """Name, time of deletion in nanoseconds, and folder of what lies in the trash."""
    try:
        found = list((root / TRASH).iterdir())
    except OSError:
        return
    for folder in found:
        name, _, when = folder.name.rpartition(".")
        if NAME.fullmatch(name) and when.isdecimal() and len(when) < 20 and not folder.is_symlink():
            yield name, int(when), folder
