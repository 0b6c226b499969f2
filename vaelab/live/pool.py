"""Which runs have a worker and which wait for one: at most so many at a time, and fair to all visitors.

A place goes to the visitor who has the fewest runs at work, and among those to whoever asked first. A run that has had
its turn gives its place to a visitor who has fewer at work; it saves, waits again, and goes on by itself. So whoever
starts twenty runs makes nobody wait longer than a turn.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

from vaelab.checkpoints import read_status, sweep_of, write_status
from vaelab.checkpoints.runs import NAME
from vaelab.errors import RunError, VaelabError
from vaelab.live.control import change_control, read_control
from vaelab.live.limits import Limits
from vaelab.live.processes import Worker
from vaelab.live.watch import effective

TEND = 0.25  # Seconds between two looks while something waits or works.
SPARE_DELAY = 5.0  # Seconds before the next spare is started: the run that took the last one needs the processor.


class Pool:
    """Worker processes for the runs below a folder."""

    def __init__(self, root: Path, limits: Limits):
        self._root, self._limits = root, limits
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._processes: list[Worker] = []  # Started here; each must be collected when it ends.
        self._spare: Worker | None = None
        self._spare_wanted = False
        self._spare_after = 0.0
        self._warmed: dict[str, Any] | None = None
        self._visitors: dict[str, str] = {}  # Whose a run is, as far as this server knows.
        self._yielding = ""  # The run that was asked to give its place away.
        self._queue, working = self._find()
        self._working = dict.fromkeys(working, time.monotonic())  # Since when each has its place.
        if self._queue:
            self._keep_tending()

    def _find(self) -> tuple[list[str], list[str]]:
        """What an earlier server left: runs that wait, and runs that are being trained."""
        queue, working = [], []
        for folder in self._root.iterdir() if self._root.is_dir() else ():
            status = effective(folder) if NAME.fullmatch(folder.name) else {}
            if status and sweep_of(folder)[0] != folder:
                continue  # The first of a sweep stands for all.
            if status.get("state") == "queued":
                asked = status.get("queued")
                queue.append((asked if isinstance(asked, float) else 0.0, folder.name))
                self._visitors[folder.name] = str(status.get("visitor", ""))
            elif status.get("live"):
                working.append(folder.name)
        return [name for _, name in sorted(queue)], working

    def add(self, run: str, visitor: str = "") -> None:
        """Queue a run whose status says so, and start it if there is room; without a visitor it stays whose it was."""
        with self._lock:
            self._visitors[run] = visitor or self._visitors.get(run, "")
            self._queue.append(run)
            self.tend()
            self._keep_tending()

    def waiting(self, visitor: str | None = None) -> int:
        """How many runs wait for a worker, of all visitors or of one."""
        with self._lock:
            return sum(visitor in (None, self._visitors.get(run, "")) for run in self._queue)

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
            for run in [run for run, status in statuses.items() if not status["live"]]:
                del self._working[run]
                self._take_back(run)
            while self._queue and len(self._working) < self._limits.runs and not self._closing.is_set():
                run = self._next()
                if self._launch(run):
                    self._queue.remove(run)
            if self._queue:
                self._make_room({run: statuses[run] for run in self._working if run in statuses})
            self._visitors = {run: self._visitors.get(run, "") for run in (*self._queue, *self._working)}
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
        # It may have given its place away, and its server may have ended before it could wait again.
        if read_control(folder).wanted == "yield":
            change_control(folder, lambda c: c._replace(wanted="run"))
        # Written before the order is given, so that it cannot overwrite what the worker says.
        write_status(folder, {**status, "state": "starting", "pid": identity.pid, "started": identity.started})
        if worker.assign(folder):
            self._working[run] = time.monotonic()
            return True
        write_status(folder, status)
        return False

    def _at_work(self, visitor: str) -> int:
        return sum(self._visitors.get(run, "") == visitor for run in self._working)

    def _next(self) -> str:
        """The run whose turn it is."""
        return min(self._queue, key=lambda run: self._at_work(self._visitors.get(run, "")))  # The first of equals.

    def _make_room(self, working: dict[str, dict[str, Any]]) -> None:
        """Ask one run to give its place away: one that is paused, or else one that has had its turn."""
        for run, status in working.items():
            if status["state"] == "paused":
                change_control(self._root / run, lambda c: c._replace(wanted="leave") if c.wanted == "pause" else c)
                return
        if self._yielding in self._working or len(self._working) < self._limits.runs:
            return
        poorest, now = self._at_work(self._visitors.get(self._next(), "")), time.monotonic()
        had_their_turn = {
            run: self._at_work(self._visitors.get(run, ""))
            for run, since in self._working.items()
            if now - since > self._limits.turn and working.get(run, {}).get("state") == "training"
        }
        run = max(had_their_turn, key=lambda run: had_their_turn[run], default="")  # The longest at work of equals.
        if run and had_their_turn[run] > poorest:
            change_control(self._root / run, lambda c: c._replace(wanted="yield") if c.wanted == "run" else c)
            self._yielding = run

    def _take_back(self, run: str) -> None:
        """Let a run that gave its place away wait for its next turn."""
        members = sweep_of(self._root / run)
        if not any(read_status(member).get("state") == "queued" for member in members):
            return
        for member in members:
            asked = {"queued": time.time(), "visitor": self._visitors.get(run, "")}
            write_status(member, {**read_status(member), "state": "queued", **asked})
        self._queue.append(run)

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
            except (OSError, VaelabError):
                continue  # A full disk or no memory: the runs wait, and the next look may find it mended.
