"""The list of all runs, to be looked at every second: a run is read again only when a file of it was replaced."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from vaelab.checkpoints import RunSummary
from vaelab.checkpoints.folders import MANIFEST, RECIPE, steps
from vaelab.checkpoints.journal import STATUS, newest_row
from vaelab.checkpoints.runs import ABOUT, newest_first, run_folders, summary_of
from vaelab.live.control import stamp
from vaelab.live.states import WORKING
from vaelab.live.watch import effective


class Catalogue:
    """The runs below a folder."""

    def __init__(self, root: Path):
        self._root = root
        self._lock = threading.Lock()
        self._read: dict[Path, tuple[Any, RunSummary]] = {}

    def summaries(self) -> list[RunSummary]:
        """All runs, newest first, with their present states, steps and metrics."""
        folders = run_folders(self._root)
        with self._lock:
            self._read = {folder: self._entry(folder) for folder in folders}
            found = [summary for _, summary in self._read.values()]
        return newest_first(map(_present, found))

    def _entry(self, folder: Path) -> tuple[Any, RunSummary]:
        newest = steps(folder)[-1:]
        files = [folder / name for name in (RECIPE, ABOUT, STATUS)] + [step / MANIFEST for step in newest]
        version = [(file, stamp(file)) for file in files]
        before = self._read.get(folder)
        return before if before and before[0] == version else (version, summary_of(folder))


def _present(run: RunSummary) -> RunSummary:
    """What changes without a file of the list being replaced: a worker's death, the curves of one that lives."""
    if run.state not in (*WORKING, "paused", "queued"):
        return run
    status = effective(run.folder)
    row = newest_row(run.folder)
    step = status["step"] if type(status["step"]) is int else run.step
    metrics = {name: value for name, value in row.items() if name != "step"} if status["live"] and row else run.metrics
    return run._replace(state=status["state"], message=str(status["message"]), step=step, metrics=metrics)

