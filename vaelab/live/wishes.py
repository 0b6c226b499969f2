"""What the viewers of a run want, obeyed between two chunks of training.

Imported by the worker only. At most one piece of work is done between two looks at the wishes, so that a wish waits for
one chunk and one piece.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from vaelab.live.control import Control, ControlReader
from vaelab.live.limits import Meter, limits
from vaelab.training.chunk import LONGEST_CHUNK
from vaelab.training.loop import Controls

NAP = 0.015  # Seconds between two looks while paused.
ENDINGS = {
    "finished": "",
    "stopped": "Stopped by hand; resume to train on.",
    "interrupted": "The worker was asked to end; resume to train on.",
    "paused": "Paused for a while, so the worker has gone; resume brings it back.",
    "queued": "Its turn is over and another visitor's has come; it goes on by itself.",
}


class Work(Protocol):
    """What is trained, as far as wishes go."""

    @property
    def state(self) -> str:
        """The state that was reported last."""
        ...

    @property
    def unseen(self) -> bool:
        """Whether steps were taken since the last frame."""
        ...

    def turn(self, control: Control) -> None:
        """Take over the knobs."""

    def report(self, state: str) -> None:
        """Write the status."""

    def show(self) -> None:
        """Write the newest frame, at once."""

    def save(self) -> None:
        """Put the present step on disk."""

    def pieces(self) -> list[Callable[[], None]]:
        """The work of a pause, in pieces that are short; the last one saves."""
        ...


class Wishes:
    """The wishes of a run's viewers; `leave` says whether the worker was asked to end."""

    def __init__(self, run: Path, leave: Callable[[], bool], controls: Controls):
        self._reader = ControlReader(run)
        self._leave = leave
        self._controls = controls
        allowed = limits()
        self._meter, self._patience = Meter(run, allowed), allowed.pause
        self._excess = ""  # What was used up.
        self._rest: list[Callable[[], None]] = []  # What is still to be done of a pause.
        self._steps_taken = 0  # Single steps taken of those asked for.

    @property
    def epochs(self) -> int:
        """How many are wanted in all; 0 leaves it to the recipe."""
        return self._reader.poll().epochs

    def farewell(self, ending: str) -> str:
        """What is to be said of a run that ends so."""
        return self._excess or ENDINGS[ending]

    def obey(self, work: Work) -> str:
        """Do what is wanted; returns a state to end in, or nothing to take the next chunk."""
        since = time.monotonic()
        while True:
            control = self._reader.poll()
            work.turn(control)
            if self._leave():
                return "interrupted"
            if control.wanted == "stop":
                return "stopped"
            if control.wanted == "yield":
                return "queued"
            self._excess = self._meter.excess()
            if self._excess:
                return "stopped"
            if control.wanted not in ("pause", "leave"):
                if work.state == "paused":
                    work.report("training")
                if self._rest:
                    work.save()
                self._rest = []
                self._controls.steps = LONGEST_CHUNK
                return ""
            if control.steps > self._steps_taken:
                work.report("paused")
                self._steps_taken += 1
                self._controls.steps = 1
                return ""
            if work.state != "paused" or work.unseen:
                work.report("paused")
                work.show()  # At once; what takes longer follows piece by piece, so that a wish need not wait.
                self._rest = work.pieces()
            if self._rest:
                self._rest.pop(0)()
            elif control.wanted == "leave" or time.monotonic() - since > self._patience:
                return "paused"
            else:
                time.sleep(NAP)
            work.report("paused")
