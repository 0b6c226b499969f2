"""How often a chore may be done, so that showing a run never takes much of the time that trains it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Budget:
    """A chore that may take a share of the time, and comes at most once per `interval` seconds."""

    def __init__(self, share: float, interval: float):
        self._share, self._interval = share, interval
        self._next = 0.0
        self._first = True

    @property
    def overdue(self) -> float:
        """For how many seconds the chore could have been done; negative when it is not its turn yet."""
        return time.monotonic() - self._next

    def postpone(self) -> None:
        """Start counting the interval now."""
        self._next = time.monotonic() + self._interval

    @contextmanager
    def spend(self) -> Iterator[None]:
        """Measure the chore; what it took decides when its next turn comes."""
        started = time.monotonic()
        yield
        now = time.monotonic()
        # The first time compiles its programs, which says nothing about what the chore costs.
        pause = 0.0 if self._first else (now - started) * (1 - self._share) / self._share
        self._first = False
        self._next = max(started + self._interval, now + pause)
