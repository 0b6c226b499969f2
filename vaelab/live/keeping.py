"""What is done with runs besides training them: called something, put away, taken elsewhere, shown to others."""

from __future__ import annotations

import functools
from pathlib import Path

from vaelab.checkpoints import (
    RunSummary,
    Share,
    create_share,
    empty_trash,
    import_run,
    label_run,
    list_runs,
    pack_run,
    remove_run,
    restore_run,
    revoke_share,
    shares_of,
)
from vaelab.errors import RunError
from vaelab.live.runs import Runs


class Keeping:
    """The runs of a server as a list of things; each method may be called from any thread."""

    def __init__(self, runs: Runs):
        self._runs = runs
        empty_trash(runs.root)

    @property
    def root(self) -> Path:
        """The folder of the runs that may be changed."""
        return self._runs.root

    def own(self) -> list[RunSummary]:
        """The runs that were made or imported here, newest first."""
        return self._runs.summaries()

    def shipped(self) -> list[RunSummary]:
        """The trained runs that come with vaelab, to be looked at only; they do not change while it runs."""
        return list(_shipped(self._runs.shipped)) if self._runs.shipped else []

    def label(self, run: str, *, title: str | None = None, note: str | None = None) -> None:
        """Rename a run or note something; raises `VaelabError` for a shipped run and for unfit text."""
        label_run(self._runs.own(run), title=title, note=note)

    def remove(self, run: str) -> None:
        """Delete a run, for an hour not for good; raises `RunError` while it trains, waits or is paused."""
        folder = self._runs.own(run)
        for name in self._runs.sweep(run):
            status = self._runs.status(name)
            if status["live"] or status["state"] == "queued":
                others = "" if name == run else " with others"
                raise RunError(f"This run is {status['state']}{others}. Stop it first, then delete it.")
        remove_run(folder)

    def restore(self, run: str) -> None:
        """Bring a deleted run back; raises `CheckpointError` when it is too late."""
        restore_run(self._runs.root, run)

    def pack(self, run: str) -> bytes:
        """A run as one file, for another machine."""
        return pack_run(self._runs.folder(run))

    def add(self, content: bytes, file: str) -> str:
        """Import the file of a run, by its strict rules; returns the id that the run has here."""
        return import_run(content, self._runs.root, file).name

    def share(self, run: str) -> str:
        """A token with which others can look at a run, and do nothing else."""
        return create_share(self._runs.own(run))

    def shares(self, run: str) -> list[Share]:
        """The links of a run that are still good."""
        return shares_of(self._runs.own(run))

    def revoke(self, run: str, share: str) -> None:
        """Withdraw a link; those who look by it are shown out."""
        revoke_share(self._runs.own(run), share)


@functools.cache
def _shipped(root: Path) -> tuple[RunSummary, ...]:
    return tuple(list_runs(root))
