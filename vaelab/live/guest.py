"""Whoever holds a share link: sees the frames of one run, and can do nothing.

A guest has the methods of `Runs` that the web routes call, with a token in the place of the run's id. The id itself is
never told, because whoever knows it can command the run.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import Any, NoReturn

from vaelab.checkpoints import find_share
from vaelab.errors import RunError
from vaelab.live.frames import renamed
from vaelab.live.runs import Runs
from vaelab.live.watch import Newest

NOTHING = "There is nothing at this link: it was withdrawn, or never existed. Ask whoever sent it for a new one."
TOO_OFTEN = "Too many links that do not exist were tried from here. Wait a minute."
READ_ONLY = "This link is for looking: it changes nothing of the run."
TRIES, PER_SECOND = 20.0, 0.2  # Unknown tokens that one visitor may try at once, and how fast that is forgotten.
VISITORS = 10_000
PULSE = 0.5  # Seconds for which a token that was good is taken to be good: an open page asks fifty times a second.


class Guests:
    """All guests of a server: who may still try, and which tokens were good a moment ago."""

    def __init__(self, runs: Runs):
        self.runs = runs
        self._lock = threading.Lock()
        self._tries: OrderedDict[str, tuple[float, float]] = OrderedDict()  # Visitor -> what is left, and since when.
        self._good: OrderedDict[str, tuple[str, float]] = OrderedDict()  # Token -> run, and until when.

    def guest(self, visitor: str) -> Guest:
        """One visitor, known by the address that the connection comes from."""
        return Guest(self, visitor)

    def run(self, token: str, visitor: str) -> str:
        """The run that a token stands for; raises `RunError`, which is the same whatever the reason."""
        now = time.monotonic()
        with self._lock:
            run, until = self._good.get(token, ("", 0.0))
        if now < until:
            return run
        self._require_tries(visitor, now)
        found = find_share(self.runs.root, token)
        if found is None:
            with self._lock:
                self._good.pop(token, None)
            self._count(visitor, now)
            raise RunError(NOTHING)
        self._keep(self._good, token, (found.name, now + PULSE))
        return found.name

    def _left(self, visitor: str, now: float) -> float:
        left, since = self._tries.get(visitor, (TRIES, now))
        return min(TRIES, left + (now - since) * PER_SECOND)

    def _require_tries(self, visitor: str, now: float) -> None:
        with self._lock:
            if self._left(visitor, now) < 1:
                raise RunError(TOO_OFTEN)

    def _count(self, visitor: str, now: float) -> None:
        with self._lock:
            left = self._left(visitor, now) - 1
        self._keep(self._tries, visitor, (left, now))

    def _keep(self, kept: OrderedDict[str, Any], name: str, value: Any) -> None:
        with self._lock:
            kept[name] = value
            kept.move_to_end(name)
            while len(kept) > VISITORS:
                kept.popitem(last=False)


class Guest:
    """One visitor who has a token, or claims to: `run` is that token."""

    def __init__(self, guests: Guests, visitor: str):
        self._guests, self._visitor = guests, visitor

    def known(self, run: str) -> bool:
        """Whether the token is good; after too many that were not, none is."""
        try:
            self._run(run)
        except RunError:
            return False
        return True

    def version(self, run: str) -> tuple[Any, ...]:
        """What differs when there is a newer frame."""
        return self._guests.runs.version(self._run(run))

    def newest(self, run: str) -> Newest:
        """The newest frame, which calls the run by the token."""
        found = self._guests.runs.newest(self._run(run))
        return found._replace(content=renamed(found.content, run))

    def frame(self, run: str) -> bytes:
        """The newest frame's bytes."""
        return self.newest(run).content

    def encoder(self, run: str) -> bytes:
        """The encoder of the newest weights, which calls the run by the token."""
        return renamed(self._guests.runs.encoder(self._run(run)), run)

    def title(self, run: str) -> str:
        """What the run is called."""
        return str(self._guests.runs.about(self._run(run)).get("title", ""))

    def command(self, run: str, name: str) -> NoReturn:
        """Refused."""
        raise RunError(READ_ONLY)

    def knobs(self, run: str, values: dict[str, Any]) -> NoReturn:
        """Refused."""
        raise RunError(READ_ONLY)

    def _run(self, run: str) -> str:
        return self._guests.run(run, self._visitor)
