"""The app as a visitor's machine runs it: a process on a free port, with a folder of runs of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 90.0  # Seconds; a loaded machine imports slowly.


class AppServer:
    """`streamlit run app.py`, started, killed, started again."""

    def __init__(
        self, data: Path, script: str = "app.py", folder: Path = ROOT, before: Sequence[str] = (), **environment: str
    ):
        self._script, self._folder, self._before = script, folder, before  # `before`: what starts the command.
        self.runs = data / "runs"
        self._log = data / "server.log"
        self._environment = {
            **os.environ,
            "VAELAB_RUNS_DIR": str(self.runs),
            "VAELAB_CACHE_DIR": str(data.parent / "cache"),  # Programs compiled for one server serve the others.
            "VAELAB_DATA_DIR": str(data / "no-data"),  # The embedded digits only, whatever this machine has.
            "VAELAB_COMPILATION_CACHE": "1",
            **environment,
        }
        self.port = _free_port()
        self.address = f"http://localhost:{self.port}"
        self.ready = 0.0  # When it answered first, by time.monotonic().
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._before, sys.executable, "-m", "streamlit", "run", self._script, "--server.headless=true",
                 f"--server.port={self.port}"],
                cwd=self._folder, env=self._environment, stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"The server did not start:\n{self._log.read_text()}")
            time.sleep(0.02)
        self.ready = time.monotonic()

    def kill(self) -> None:
        """End it as a crash would: no goodbye, and what it has started goes on."""
        os.kill(self.pid, signal.SIGKILL)
        assert self._process
        self._process.wait(PATIENCE)

    def stop(self) -> None:
        """End it and every worker of its runs."""
        self.end_runs()
        assert self._process
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()

    def log(self) -> str:
        """All that the server has written."""
        return self._log.read_text()

    def status(self, run: str) -> dict:
        """What a run's folder says of it."""
        return json.loads((self.runs / run / "status.json").read_text())

    def steps(self, run: str) -> list[int]:
        """The steps that are saved whole."""
        return sorted(int(folder.name[5:]) for folder in (self.runs / run).glob("step_*"))

    def compilations(self, run: str, program: str) -> int:
        """How often the worker of a run has compiled a program; needs JAX_LOG_COMPILES=1."""
        lines = (self.runs / run / "live" / "worker.log").read_text().splitlines()
        return sum("Compiling" in line and program in line for line in lines)

    def end_runs(self) -> None:
        """End the worker of every run, so that the next test has the machine to itself."""
        for file in self.runs.glob("*/status.json"):
            status = json.loads(file.read_text())
            if status.get("state") not in ("queued", "starting", "compiling", "training", "paused"):
                continue
            file.write_text(json.dumps({**status, "state": "stopped"}))
            try:
                process = psutil.Process(status["pid"])
                if abs(process.create_time() - status["started"]) < 1:
                    process.kill()
                    process.wait(10)
            except (psutil.Error, KeyError):
                pass
            file.write_text(json.dumps({**status, "state": "stopped"}))

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
