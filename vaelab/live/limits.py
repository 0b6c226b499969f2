"""What a server lets its visitors use: every limit, with its variable and its default, in this one place.

The defaults suit a person at their own machine; a server for many sets them lower (DEPLOY.md). The server counts runs
and turns; each worker looks after the memory, the time and the disk of its own run, and ends in good order, with all
saved, when one of them is used up: the run says why, and can be trained on.
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from vaelab.errors import RunError

MEGABYTE = 1 << 20
LOOK = 1.0  # Seconds between two looks at what a run uses.
# Bytes that a process may map beyond its limit, since most of what is mapped is never touched: stacks of threads, of
# which there are several per processor, and room that allocators keep.
SLACK = (2 << 30) + (os.cpu_count() or 1) * (64 << 20)


class Limits(NamedTuple):
    """What may be used; 0 is no limit."""

    runs: int  # trained at once
    waiting: int  # runs that wait for a place
    waiting_each: int  # of them, those of one visitor
    turn: float  # seconds after which a run gives its place to a visitor who trains less
    pause: float  # seconds after which a paused run gives its memory back
    time: float  # seconds that a run trains in one stretch
    memory: int  # bytes of a worker
    disk: int  # bytes of a run's folder
    free: int  # bytes of the disk that runs leave free


# Field -> (variable, default, factor of its unit, smallest value).
VARIABLES = {
    "runs": ("VAELAB_MAX_RUNS", 4, 1, 1),
    "waiting": ("VAELAB_MAX_WAITING", 20, 1, 1),
    "waiting_each": ("VAELAB_MAX_WAITING_EACH", 8, 1, 1),
    "turn": ("VAELAB_TURN_SECONDS", 300, 1, 0),
    "pause": ("VAELAB_PAUSE_SECONDS", 600, 1, 0),
    "time": ("VAELAB_RUN_SECONDS", 24 * 3600, 1, 0),
    "memory": ("VAELAB_RUN_MEMORY_MB", 0, MEGABYTE, 0),
    "disk": ("VAELAB_RUN_DISK_MB", 4096, MEGABYTE, 0),
    "free": ("VAELAB_FREE_DISK_MB", 256, MEGABYTE, 0),
}
WHOLE = ("runs", "waiting", "waiting_each", "memory", "disk", "free")


def limits() -> Limits:
    """The limits that the environment sets; raises `RunError` naming a variable that is no number."""
    values: dict[str, Any] = {field: _value(*entry) for field, entry in VARIABLES.items()}
    values["memory"] = values["memory"] or 0.75 * psutil.virtual_memory().total
    return Limits(**{field: int(value) if field in WHOLE else value for field, value in values.items()})


def _value(variable: str, default: float, unit: int, smallest: float) -> float:
    text = os.environ.get(variable) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not smallest <= value < 1e15:  # False for NaN too.
        raise RunError(f"{variable} must be a number of at least {smallest}, but it is {text!r:.40}. Set it anew.")
    return value * unit


class Meter:
    """What the run of this very process uses, looked at once a second."""

    def __init__(self, run: Path, allowed: Limits):
        self._run, self._allowed = run, allowed
        self._process = psutil.Process()
        self._started = self._looked = time.monotonic()

    def excess(self) -> str:
        """A sentence when something is used up, otherwise nothing."""
        now, allowed = time.monotonic(), self._allowed
        if allowed.time and now - self._started > allowed.time:
            return (
                f"Stopped after {allowed.time:,.0f} seconds, the longest stretch that this server allows "
                "(VAELAB_RUN_SECONDS); resume to train on."
            )
        if now - self._looked < LOOK:
            return ""
        self._looked = now
        used = self._process.memory_info()
        memory = used.rss - getattr(used, "shared", 0)  # Pages of files, such as large data, the system takes back.
        if memory > allowed.memory:
            return (
                f"Stopped: the run used {memory >> 20:,} MB of memory, and this server allows {allowed.memory >> 20:,} "
                "(VAELAB_RUN_MEMORY_MB). Choose smaller batches or a smaller model."
            )
        return self._too_much_on_disk()

    def _too_much_on_disk(self) -> str:
        used, free = folder_bytes(self._run), shutil.disk_usage(self._run).free
        if self._allowed.disk and used > self._allowed.disk:
            return (
                f"Stopped: the run takes {used >> 20:,} MB of the disk, and this server allows "
                f"{self._allowed.disk >> 20:,} (VAELAB_RUN_DISK_MB). Choose a smaller model."
            )
        if free < self._allowed.free:
            return f"Stopped: only {free >> 20:,} MB of the disk are free. Delete runs or free some space, then resume."
        return ""


def confine(allowed: Limits) -> None:
    """Bind this process by the operating system, where that can be done, for what comes between two looks.

    A file that grows beyond the disk limit, or an array beyond the memory limit, fails with an error of its own.
    """
    if sys.platform != "linux":
        return  # Elsewhere the looks must do.
    import resource

    def bind(what: int, most: int) -> None:
        _, hard = resource.getrlimit(what)
        with contextlib.suppress(ValueError, OSError):  # A sterner limit is there already.
            resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))

    bind(resource.RLIMIT_CORE, 0)  # A core dump would be the largest file of all.
    if allowed.disk:
        bind(resource.RLIMIT_FSIZE, allowed.disk)
    if not os.path.exists("/dev/nvidiactl"):  # A driver maps far more than it uses.
        bind(resource.RLIMIT_DATA, allowed.memory + SLACK)


def folder_bytes(folder: Path) -> int:
    """The bytes of all files below a folder; what vanishes meanwhile counts nothing."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(path, name)).st_size
    return total


def require_space(folder: Path, allowed: Limits) -> None:
    """Raise `RunError` when the disk that a folder is or will be on has too little room for another run."""
    there = next((path for path in (folder, *folder.parents) if path.is_dir()), None)
    if there and (free := shutil.disk_usage(there).free) < allowed.free:
        raise RunError(f"Only {free >> 20:,} MB of the disk are free. Delete runs or free some space.")
