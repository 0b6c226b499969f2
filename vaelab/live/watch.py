"""How the web process looks at runs: their status with a check on the worker's life, and their newest frame.

Whatever is asked a hundred times a second costs a system call or two; files are read when they have changed, once for
all viewers.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from vaelab.checkpoints import files, read_status, steps
from vaelab.checkpoints.journal import STATUS
from vaelab.errors import CheckpointError
from vaelab.live.control import FRAME, stamp
from vaelab.live.frames import MAXIMUM_BYTES, read_header
from vaelab.live.processes import alive
from vaelab.live.states import WORKING
from vaelab.live.stored import stored_frame

PULSE = 0.25  # Seconds for which a worker that was alive is taken to be alive.
FRAMES = 16  # Newest frames kept in memory, of as many runs.
ENTRIES = 1000


class Newest(NamedTuple):
    """A frame, its sequence number, and the version of the run's files that it was made from."""

    version: tuple[Any, ...]
    sequence: int
    content: bytes


class _Seen(NamedTuple):
    """A status as read at one moment."""

    stamp: tuple[int, int] | None
    until: float
    status: dict[str, Any]


class Watch:
    """Looks at runs by id; `folder_of` finds the folder of an id or raises."""

    def __init__(self, folder_of: Callable[[str], Path]):
        self._folder_of = folder_of
        self._lock = threading.Lock()
        self._building: dict[str, threading.Lock] = {}
        self._seen: OrderedDict[str, _Seen] = OrderedDict()
        self._frames: OrderedDict[str, Newest] = OrderedDict()

    def status(self, run: str) -> dict[str, Any]:
        """The status on disk, put right if its worker is gone; `live` says whether a worker has the run."""
        folder = self._folder_of(run)
        now, found = time.monotonic(), stamp(folder / STATUS)
        with self._lock:
            seen = self._seen.get(run)
        if seen is None or seen.stamp != found or now > seen.until:
            seen = _Seen(found, now + PULSE, effective(read_status(folder)))
            self._keep(self._seen, run, seen, ENTRIES)
        return dict(seen.status)

    def version(self, run: str) -> tuple[Any, ...]:
        """What differs when there is something new to be seen."""
        folder, status = self._folder_of(run), self.status(run)
        if status["live"] and (found := stamp(folder / FRAME)):
            return ("live", *found)
        return ("stored", status["state"], status["message"], *(path.name for path in steps(folder)[-1:]))

    def newest(self, run: str) -> Newest:
        """The newest frame, built at most once per version; raises `VaelabError` when nothing can be shown."""
        with self._lock:
            building = self._building.setdefault(run, threading.Lock())
        with building:
            version = self.version(run)
            with self._lock:
                found = self._frames.get(run)
            if found is None or found.version != version:
                content = self._content(run, version)
                found = Newest(version, int(read_header(content)["sequence"]), content)
                self._keep(self._frames, run, found, FRAMES)
        return found

    def _content(self, run: str, version: tuple[Any, ...]) -> bytes:
        folder = self._folder_of(run)
        if version[0] == "live":
            try:
                return files.read(folder / FRAME, MAXIMUM_BYTES)
            except CheckpointError:
                pass  # The run has ended in this very moment; its checkpoint is there.
        return stored_frame(folder, self.status(run))

    def _keep(self, cache: OrderedDict[str, Any], run: str, value: Any, limit: int) -> None:
        with self._lock:
            cache[run] = value
            cache.move_to_end(run)
            while len(cache) > limit:
                cache.popitem(last=False)


def effective(status: dict[str, Any]) -> dict[str, Any]:
    """A status as it is found, corrected by whether its worker still lives."""
    state = str(status.get("state", "trained"))
    live = state in (*WORKING, "paused") and alive(status.get("pid"), status.get("started"))
    found = {"message": "", "step": None, **status, "state": state, "live": live}
    if state in WORKING and not live:
        found["state"] = "interrupted"
        found["message"] = "The worker ended without a word; resume to train on from the newest checkpoint."
    return found
