"""Ctrl-C and SIGTERM as a question that a loop asks, instead of an exception in the middle of a step."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 130  # Exit code after Ctrl-C: 128 + SIGINT, as shells report it.
WATCHED = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Which signal has come, if any."""

    def __init__(self) -> None:
        self.signal: int | None = None

    def receive(self, number: int, frame: FrameType | None) -> None:
        """Remember the signal; a second one acts at once, as if nobody had listened."""
        self.signal = number
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def watch() -> Iterator[Interruption]:
    """While inside, signals are noted rather than acted upon; only the main thread can watch."""
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return
    before = {number: signal.signal(number, interruption.receive) for number in WATCHED}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
