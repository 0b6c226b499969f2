"""The list of all runs, to be looked at every second: a run is read again only when a file of it was replaced."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

from vaelab.checkpoints import RunSummary
from vaelab.checkpoints.folders import RECIPE
from vaelab.checkpoints.journal import STATUS, newest_row
from vaelab.checkpoints.runs import ABOUT, NAME, newest_first, summary_of
from vaelab.live.states import WORKING
from vaelab.live.watch import effective

LISTED = (RECIPE, ABOUT, STATUS)  # Besides the steps, which never change.
Version = list[tuple[str, int, int]]  # Name, time and number of each file.


class Catalogue:
    """The runs below a folder."""

    def __init__(self, root: Path):
        self._root = root
        self._lock = threading.Lock()
        self._read: dict[str, tuple[Version, RunSummary]] = {}

    def summaries(self) -> list[RunSummary]:
        """All runs, newest first, with their present states, steps and metrics."""
        with self._lock:
            self._read = {name: self._entry(name, version) for name, version in _versions(self._root)}
            found = [summary for _, summary in self._read.values()]
        return newest_first(map(_present, found))

    def _entry(self, name: str, version: Version) -> tuple[Version, RunSummary]:
        before = self._read.get(name)
        return before if before and before[0] == version else (version, summary_of(self._root / name))


def _versions(root: Path) -> Iterator[tuple[str, Version]]:
    """The names of all runs, each with what differs when a file that the list is made of was replaced.

    Plain text instead of paths: there may be a thousand of them.
    """
    try:
        with os.scandir(root) as entries:
            names = [entry.name for entry in entries if NAME.fullmatch(entry.name) and not entry.is_symlink()]
    except OSError:
        return
    for name in names:
        try:
            with os.scandir(f"{root}/{name}") as entries:
                wanted = [entry for entry in entries if entry.name in LISTED or entry.name.startswith("step_")]
                found = [(entry.name, entry.stat(follow_symlinks=False).st_mtime_ns, entry.inode()) for entry in wanted]
        except OSError:
            continue  # Deleted in this moment, or no folder.
        if any(file == RECIPE for file, _, _ in found):
            yield name, sorted(found)


def _present(run: RunSummary) -> RunSummary:
    """What changes without a file of the list being replaced: a worker's death, the curves of one that lives."""
    if run.state not in (*WORKING, "paused", "queued"):
        return run
    status = effective(run.folder)
    row = newest_row(run.folder)
    step = status["step"] if type(status["step"]) is int else run.step
    metrics = {name: value for name, value in row.items() if name != "step"} if status["live"] and row else run.metrics
    return run._replace(state=status["state"], message=str(status["message"]), step=step, metrics=metrics)

