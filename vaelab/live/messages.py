"""What a viewer may say: small JSON objects, not too many of them."""

from __future__ import annotations

import json
import time
from typing import Any, NamedTuple

from vaelab.errors import RunError
from vaelab.live.states import COMMANDS

MAXIMUM_BYTES = 4096
PER_SECOND, BURST = 100.0, 200.0  # A knob being dragged says something 17 times a second, a fast screen 144.


class Message(NamedTuple):
    """One of: an acknowledged frame, a command, values of knobs."""

    ack: int | None = None
    command: str | None = None
    knobs: dict[str, float] | None = None


def parse(text: str | bytes) -> Message:
    """Read a message; raises `RunError` for anything that is not one."""
    if len(text) > MAXIMUM_BYTES or len(text if isinstance(text, bytes) else text.encode()) > MAXIMUM_BYTES:
        raise RunError(f"A message has at most {MAXIMUM_BYTES} bytes.")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise RunError("A message must be a JSON object.") from None
    if not isinstance(found, dict) or len(found) != 1:
        raise RunError('A message is {"ack": number}, {"command": name} or {"knobs": {path: value}}.')
    [(kind, value)] = found.items()
    if kind == "ack" and type(value) is int and abs(value) < 1 << 53:
        return Message(ack=value)
    if kind == "command" and isinstance(value, str) and value in COMMANDS:
        return Message(command=value)
    if kind == "knobs" and isinstance(value, dict) and value and all(map(_number, value.values())):
        return Message(knobs=value)
    raise RunError(f"{kind!r:.40} has no value that is understood here.")


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class Allowance:
    """How many messages a viewer may still send; refilled with time."""

    def __init__(self) -> None:
        self._left, self._then = BURST, time.monotonic()

    def spend(self) -> None:
        """Count one message; raises `RunError` when there were too many."""
        now = time.monotonic()
        self._left = min(BURST, self._left + (now - self._then) * PER_SECOND) - 1
        self._then = now
        if self._left < 0:
            raise RunError(f"More than {PER_SECOND:.0f} messages per second are too many.")
