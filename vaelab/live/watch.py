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
from vaelab.live.control import ENCODER, FRAME, read_control, stamp
from vaelab.live.encoders import stored_encoder
from vaelab.live.frames import MAXIMUM_BYTES, read_header
from vaelab.live.processes import alive
from vaelab.live.states import WORKING
from vaelab.live.stored import stored_frame

PULSE = 0.25  # Seconds for which a worker that was alive is taken to be alive.
FRAMES = 16  # Newest frames kept in memory, of as many runs.
ENCODERS = 4
ENTRIES = 1000
LOST = "The worker ended without a word; resume to train on from the newest checkpoint."


class Newest(NamedTuple):
    """A frame, its sequence number, and the version of the run's files that it was made from."""

    version: tuple[Any, ...]
    sequence: int
    content: bytes


class _Seen(NamedTuple):
    """A run as found at one moment, good until its status is replaced or for `PULSE` seconds."""

    folder: Path
    stamp: tuple[int, int] | None
    until: float
    status: dict[str, Any]
    stored: tuple[Any, ...]  # The version of what is stored.


class Watch:
    """Looks at runs by id; `folder_of` finds the folder of an id or raises."""

    def __init__(self, folder_of: Callable[[str], Path]):
        self._folder_of = folder_of
        self._lock = threading.Lock()
        self._building: dict[str, threading.Lock] = {}
        self._seen: OrderedDict[str, _Seen] = OrderedDict()
        self._frames: OrderedDict[str, Newest] = OrderedDict()
        self._encoders: OrderedDict[str, tuple[tuple[Any, ...], bytes]] = OrderedDict()

    def status(self, run: str) -> dict[str, Any]:
        """The status on disk, put right if its worker is gone; `live` says whether a worker has the run."""
        return dict(self._look(run).status)

    def version(self, run: str) -> tuple[Any, ...]:
        """What differs when there is something new to be seen."""
        seen = self._look(run)
        if seen.status["live"] and (found := stamp(f"{seen.folder}/{FRAME}")):
            return ("live", *found)
        return seen.stored

    def _look(self, run: str) -> _Seen:
        with self._lock:
            seen = self._seen.get(run)
        now = time.monotonic()
        # Plain text instead of paths: this is asked fifty times a second by every viewer.
        if seen is not None and now < seen.until and seen.stamp == stamp(f"{seen.folder}/{STATUS}"):
            return seen
        folder = self._folder_of(run)
        found, status = stamp(folder / STATUS), effective(folder)
        stored = ("stored", status["state"], status["message"], *(path.name for path in steps(folder)[-1:]))
        seen = _Seen(folder, found, now + PULSE, status, stored)
        self._keep(self._seen, run, seen, ENTRIES)
        return seen

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

    def encoder(self, run: str) -> bytes:
        """The encoder of the worker's newest weights, or else of the stored ones; `VaelabError` if there is none."""
        seen = self._look(run)
        if seen.status["live"]:
            try:
                return files.read(seen.folder / ENCODER, MAXIMUM_BYTES)
            except CheckpointError:
                pass  # The worker has shown nothing yet, or the run has ended in this very moment.
        with self._lock:
            found = self._encoders.get(run)
        if found is None or found[0] != seen.stored:
            found = seen.stored, stored_encoder(seen.folder)
            self._keep(self._encoders, run, found, ENCODERS)
        return found[1]

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


def effective(folder: Path) -> dict[str, Any]:
    """The status of a run as it is found, corrected by whether its worker still lives."""
    status = read_status(folder)
    state = str(status.get("state", "trained"))
    live = state in (*WORKING, "paused") and alive(status.get("pid"), status.get("started"))
    found = {"message": "", "step": None, **status, "state": state, "live": live}
    if state in WORKING and not live:
        stopped = read_control(folder).wanted == "stop"  # It was ended before it could read or say so.
        found["state"] = "stopped" if stopped else "interrupted"
        found["message"] = "Stopped by hand; resume to train on." if stopped else LOST
    return found
