"""What is wanted of a run: one small file that the web process replaces and the worker looks at between chunks.

It holds a state, not a queue of messages: reading it late or twice does no harm, and what was written last counts.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

from vaelab.checkpoints import files, manifest
from vaelab.errors import CheckpointError

LIVE = "live"  # The folder inside a run for what is only of the moment.
CONTROL, FRAME, LOG = f"{LIVE}/control.json", f"{LIVE}/frame.bin", f"{LIVE}/worker.log"
ENCODER = f"{LIVE}/encoder.bin"
_LOCK = f"{LIVE}/control.lock"
_in_process = threading.Lock()  # Waiting for a file lock is polling; the threads of one process need not.


class Control(NamedTuple):
    """The wishes of the viewers."""

    sequence: int = 0
    # run, pause, stop; or leave: pause, and give the place to a run that waits; or yield: the same, and wait for a turn
    wanted: str = "run"
    steps: int = 0  # single steps asked for since the worker started, all told
    epochs: int = 0  # how many in all; 0 leaves it to the recipe
    knobs: dict[str, float] = {}  # noqa: RUF012 - never changed in place.


def read_control(run: Path) -> Control:
    """The present wishes; the defaults where there are none."""
    try:
        found = manifest.from_bytes(files.read(run / CONTROL, 1 << 16), CONTROL)
    except CheckpointError:
        return Control()
    kinds = {name: type(value) for name, value in Control()._asdict().items()}
    sound = isinstance(found, dict) and {name: type(value) for name, value in found.items()} == kinds
    return Control(**found) if sound else Control()


def change_control(run: Path, change: Callable[[Control], Control]) -> Control:
    """Read, change and replace the wishes as one action, whoever else is changing them.

    Raises `CheckpointError` when the disk does not take them; what was wanted before stays.
    """
    try:
        files.make_folder(run / LIVE)
        with _in_process, FileLock(run / _LOCK, mode=files.FILE_MODE):
            control = read_control(run)
            control = change(control)._replace(sequence=control.sequence + 1)
            files.replace(run / CONTROL, manifest.to_bytes(control._asdict()), durable=False)
    except OSError as error:
        raise CheckpointError(f"{run} cannot be written ({error.strerror}). Free some space.") from error
    return control


def stamp(path: Path | str) -> tuple[int, int] | None:
    """What differs whenever a file was replaced, for the price of one system call; None when there is no file."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


class ControlReader:
    """The worker's side: reads the file only when it was replaced."""

    def __init__(self, run: Path):
        self._run, self._stamp, self._control = run, None, Control()

    def poll(self) -> Control:
        """The present wishes."""
        now = stamp(self._run / CONTROL)
        if now != self._stamp:
            self._stamp, self._control = now, read_control(self._run)
        return self._control
