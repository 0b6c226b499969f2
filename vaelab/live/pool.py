"""Which runs have a worker and which wait for one: at most so many at a time, served in the order of asking."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

from vaelab.checkpoints import read_status, sweep_of, write_status
from vaelab.checkpoints.runs import NAME
from vaelab.errors import RunError
from vaelab.live.control import change_control
from vaelab.live.processes import Worker
from vaelab.live.watch import effective

TEND = 0.25  # Seconds between two looks while something waits or works.
SPARE_DELAY = 5.0  # Seconds before the next spare is started: the run that took the last one needs the processor.


class Pool:
    """Worker processes for the runs below a folder."""

    def __init__(self, root: Path, maximum: int):
        self._root, self._maximum = root, maximum
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._processes: list[Worker] = []  # Started here; each must be collected when it ends.
        self._spare: Worker | None = None
        self._spare_wanted = False
        self._spare_after = 0.0
        self._warmed: dict[str, Any] | None = None
        self._queue, self._working = self._find()
        if self._queue:
            self._keep_tending()

    def _find(self) -> tuple[list[str], set[str]]:
        """What an earlier server left: runs that wait, and runs that are being trained."""
        queue, working = [], set()
        for folder in self._root.iterdir() if self._root.is_dir() else ():
            status = effective(folder) if NAME.fullmatch(folder.name) else {}
            if status and sweep_of(folder)[0] != folder:
                continue  # The first of a sweep stands for all.
            if status.get("state") == "queued":
                queue.append((status.get("queued", 0.0), folder.name))
            elif status.get("live"):
                working.add(folder.name)
        return [name for _, name in sorted(queue)], working

    def add(self, run: str) -> None:
        """Queue a run whose status says so, and start it if there is room."""
        with self._lock:
            self._queue.append(run)
            self.tend()
            self._keep_tending()

    def waiting(self) -> int:
        """How many runs wait for a worker."""
        with self._lock:
            return len(self._queue)

    def prepare(self, recipe: dict[str, Any] | None) -> None:
        """Keep a spare worker from now on, and have it compile this recipe if it has not."""
        if os.environ.get("VAELAB_SPARE") == "0":
            return
        with self._lock:
            self._spare_wanted = True
            self._keep_spare()
            if recipe is not None and recipe != self._warmed and self._spare:
                self._warmed = recipe
                self._spare.warm(recipe)

    def close(self) -> None:
        """Stop tending and send the spare away; what trains goes on, what waits is found by the next server."""
        self._closing.set()
        with self._lock:
            if self._spare:
                self._spare.dismiss()
            self._spare, self._spare_wanted = None, False
        if self._thread and self._thread is not threading.current_thread():
            self._thread.join()

    def tend(self) -> None:
        """Collect the processes that have ended, and start the runs that there is room for."""
        with self._lock:
            self._processes = [worker for worker in self._processes if not worker.ended()]
            statuses = {run: effective(self._root / run) for run in self._working}
            self._working = {run for run, status in statuses.items() if status["live"]}
            while self._queue and len(self._working) < self._maximum and not self._closing.is_set():
                if self._launch(self._queue[0]):
                    self._queue.pop(0)
            if self._queue:
                self._ask_the_idle_to_leave({run: statuses[run] for run in self._working if run in statuses})
            self._keep_spare()

    def _launch(self, run: str) -> bool:
        """Hand a run to a worker; False when the worker had died, so that the run goes on waiting."""
        folder = self._root / run
        status = read_status(folder)
        if status.get("state") != "queued":
            return True  # It was stopped while it waited.
        worker, self._spare, self._warmed = self._spare or Worker(), None, None
        self._spare_after = time.monotonic() + SPARE_DELAY
        self._processes.append(worker)
        identity = worker.identity
        # Written before the order is given, so that it cannot overwrite what the worker says.
        write_status(folder, {**status, "state": "starting", "pid": identity.pid, "started": identity.started})
        if worker.assign(folder):
            self._working.add(run)
            return True
        write_status(folder, status)
        return False

    def _ask_the_idle_to_leave(self, working: dict[str, dict[str, Any]]) -> None:
        """A paused run keeps its place only while nobody waits for it."""
        for run, status in working.items():
            if status["state"] == "paused":
                change_control(self._root / run, lambda c: c._replace(wanted="leave") if c.wanted == "pause" else c)
                return

    def _keep_spare(self) -> None:
        if self._spare and self._spare.ended():
            self._spare, self._warmed = None, None
        if self._spare is None and self._spare_wanted and time.monotonic() >= self._spare_after:
            try:
                self._spare = Worker()
            except RunError:
                self._spare_wanted = False  # No memory for a luxury.

    def _keep_tending(self) -> None:
        if not self._closing.is_set() and (self._thread is None or not self._thread.is_alive()):
            self._thread = threading.Thread(target=self._tend_for_ever, name="vaelab-pool", daemon=True)
            self._thread.start()

    def _tend_for_ever(self) -> None:
        while not self._closing.wait(TEND):
            try:
                self.tend()
            except (OSError, RunError):
                continue  # A full disk or no memory: the runs wait, and the next look may find it mended.
