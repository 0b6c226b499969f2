"""Live workers, run in turn: one computes while the others wait."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tests.benchmarks import machine
from tests.benchmarks.workloads import WORKLOADS

ROOT = Path(__file__).resolve().parents[2]
WARM_UPS = 2  # Slices per variant before those that count: chunks have found their length, caches are warm.
QUIET = 0.15  # Cores that others may keep busy while a variant computes.
PATIENCE = 2  # Times as many rounds as wanted, when others disturb.


class BenchmarkError(Exception):
    """A sentence about what keeps the benchmark from running."""


class Slice(NamedTuple):
    """What one variant did in one round."""

    rate: float  # examples per second
    elsewhere: float  # cores that others kept busy meanwhile


class Worker:
    """A live process; use it in a `with` statement."""

    def __init__(self, python: str, workload: str, variant: str, examples: Path):
        environment = WORKLOADS[workload].variants[variant].environment()
        self.name, self.remarks = f"{workload}: {variant}", tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [python, "-m", "tests.benchmarks.worker", workload, variant, str(examples)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.remarks,
            text=True,
            bufsize=1,
            cwd=ROOT,
            env={**os.environ, **environment, "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": ""},
        )

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()
        self.remarks.close()

    def answer(self) -> dict[str, Any]:
        """The next line; raises `BenchmarkError` with the process's last words if it ended."""
        assert self.process.stdout
        if line := self.process.stdout.readline():
            return json.loads(line)
        self.remarks.seek(0)
        words = self.remarks.read().strip()[-2000:] or "It said nothing."
        raise BenchmarkError(f"The process of {self.name} ended with code {self.process.wait()}. {words}")

    def run(self, seconds: float) -> Slice:
        """Let it compute for that long, and wait."""
        assert self.process.stdin
        busy = machine.busy_seconds()
        self.process.stdin.write(json.dumps({"seconds": seconds}) + "\n")
        answer = self.answer()
        others = machine.busy_seconds() - busy - answer["processor_seconds"]
        return Slice(answer["examples"] / answer["seconds"], max(0.0, others / answer["seconds"]))


class Measurement(NamedTuple):
    """The rounds of one workload that count, by variant, and the version of PyTorch if it took part."""

    rounds: dict[str, list[Slice]]
    torch: str | None

    @property
    def elsewhere(self) -> float:
        """The most cores that others kept busy while a variant computed."""
        return max(each.elsewhere for slices in self.rounds.values() for each in slices)


def measure(workload: str, pythons: dict[str, str], examples: np.ndarray, rounds: int, seconds: float) -> Measurement:
    """Run the variants, each in the interpreter given for it, in turn: forth in one round, back in the next.

    Others' work takes more from one variant than from another, so rounds are repeated until enough were quiet, or
    until patience ends; the quietest count.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        np.save(folder / "examples.npy", examples)
        workers = {
            name: stack.enter_context(Worker(python, workload, name, folder / "examples.npy"))
            for name, python in pythons.items()
        }
        torch = [version for worker in workers.values() if (version := worker.answer()["torch"])]
        done: list[dict[str, Slice]] = []
        for number in range(WARM_UPS + PATIENCE * rounds):
            names = list(workers)[:: -1 if number % 2 else 1]  # What drifts within a round then favours nobody.
            done.append({name: workers[name].run(seconds) for name in names})
            if sum(_noise(each) <= QUIET for each in done[WARM_UPS:]) == rounds:
                break
    quietest = sorted(done[WARM_UPS:], key=_noise)[:rounds]
    return Measurement({name: [each[name] for each in quietest] for name in pythons}, torch[0] if torch else None)


def _noise(slices: dict[str, Slice]) -> float:
    return max(each.elsewhere for each in slices.values())


def require_torch(python: str) -> None:
    """Raise `BenchmarkError` unless the interpreter has PyTorch."""
    program = "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)"
    try:
        missing = subprocess.run([python, "-c", program], cwd=ROOT, capture_output=True).returncode
    except OSError:
        missing = True
    if missing:
        raise BenchmarkError(
            f"{python} has no PyTorch; install it with pip install 'vaelab[bench]', give an interpreter that has it "
            "with --torch-python or VAELAB_TORCH_PYTHON, or leave it out with --peers none."
        )


def default_torch_python() -> str:
    """The interpreter for PyTorch unless the command says otherwise."""
    return os.environ.get("VAELAB_TORCH_PYTHON") or sys.executable
