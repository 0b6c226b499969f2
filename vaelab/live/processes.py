"""Worker processes as the web process sees them: started warm, told what to do, recognized again.

A spare worker has imported JAX before anyone clicks on Train. It reads orders from a pipe, one JSON object per line;
when its server goes away the pipe ends and so does the spare. Once a run is assigned, the worker lets go of the pipe
and belongs to the run's folder alone.

Not `multiprocessing`: its spawn runs the script of the web page again, and a fork copies JAX's threads dead.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import psutil

import vaelab
from vaelab.errors import RunError


class Identity(NamedTuple):
    """A process that cannot be mistaken for a later one with the same number."""

    pid: int
    started: float  # seconds since the epoch, from the operating system


def identify(pid: int) -> Identity:
    """The identity of a living process."""
    return Identity(pid, psutil.Process(pid).create_time())


def alive(pid: Any, started: Any) -> bool:
    """Whether that very process still runs; one that has ended but was not collected yet does not."""
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < 1.0 and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, TypeError, ValueError, OverflowError):
        return False


def terminate(status: dict[str, Any]) -> None:
    """Ask the worker that a status names to end, if it is still that very process."""
    if alive(status.get("pid"), status.get("started")):
        psutil.Process(status["pid"]).terminate()


class Worker:
    """One worker process, waiting for orders until it is given a run."""

    def __init__(self) -> None:
        environment = dict(os.environ)
        # Several workers may share one accelerator, so none may take all of its memory.
        environment.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
        home = str(Path(vaelab.__file__).resolve().parents[1])
        if Path(home).name != "site-packages":
            # Found here by the script's own folder, which a new process does not look into.
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, [home, environment.get("PYTHONPATH")]))
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "vaelab.live.worker"],
                stdin=subprocess.PIPE,
                bufsize=0,
                stdout=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,  # Ctrl-C in the server's terminal is not meant for it.
            )
        except OSError as error:
            raise RunError(f"No worker process can be started ({error.strerror}). Free some memory.") from error
        if self._process.stdin:
            # A worker that is busy compiling does not read; the page must not wait for it.
            os.set_blocking(self._process.stdin.fileno(), False)
        self.identity = identify(self._process.pid)

    def warm(self, recipe: dict[str, Any]) -> bool:
        """Ask it to compile a recipe ahead; False when the process is gone."""
        return self._order({"warm": recipe})

    def assign(self, run: Path) -> bool:
        """Give it a run, its last order; False when the process is gone."""
        given = self._order({"run": str(run.resolve())})
        self.dismiss()
        return given

    def dismiss(self) -> None:
        """Close the pipe: a waiting worker ends, a working one does not notice."""
        if self._process.stdin:
            try:
                self._process.stdin.close()
            except OSError:
                pass  # It is gone, which is what was wanted.

    def ended(self) -> bool:
        """Whether the process is over; collects it if so."""
        return self._process.poll() is not None

    def _order(self, order: dict[str, Any]) -> bool:
        content = json.dumps(order).encode() + b"\n"
        if self._process.stdin is None or self.ended():
            return False
        try:
            return self._process.stdin.write(content) == len(content)
        except (OSError, ValueError):
            return False
