"""5: SIGTERM saves and exits with 0 within ten seconds; the resumed run is the uninterrupted one, bit for bit."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.command import arrays, call
from vaelab.checkpoints import latest_step, load_step, read_status

COMMAND = ("train", "vae_2d", "--data", "digits", "--set", "backbone.hidden=16", "--name", "run", "--seed", "3")
STEPS_PER_EPOCH = 11
ENOUGH = 100_000  # Epochs that no test waits for.


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Runs go to a folder of the test's own, and its processes share what they compile."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VAELAB_RUNS_DIR", raising=False)
    monkeypatch.setenv("VAELAB_COMPILATION_CACHE", "1")
    monkeypatch.setenv("VAELAB_CACHE_DIR", str(tmp_path / "cache"))


def fingerprint(run):
    """SHA-256 of every parameter, the optimizer, the key and the step."""
    digest = hashlib.sha256()
    for name, content in sorted(arrays(run).items()):
        digest.update(name.encode() + content)
    return digest.hexdigest()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("signals", [2, pytest.param(10, marks=pytest.mark.slow)])
def test_promise_05_a_run_that_is_terminated_again_and_again_ends_as_if_it_had_not_been(tmp_path, signals):
    chance, run, longest, at = random.Random(0), tmp_path / "runs" / "run", 0.0, []
    for _ in range(signals):
        process = subprocess.Popen(
            [sys.executable, "-m", "vaelab", *COMMAND, "--epochs", str(ENOUGH)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "COLUMNS": "200"},
        )  # fmt: skip
        assert process.stderr is not None
        assert any(line.startswith("epoch") for line in process.stderr)  # The first step is done.
        time.sleep(chance.uniform(0, 0.5))
        process.send_signal(signal.SIGTERM)
        told = time.monotonic()
        process.communicate(timeout=60)
        longest = max(longest, time.monotonic() - told)
        assert process.returncode == 0
        assert read_status(run)["state"] == "interrupted"
        at.append(load_step(latest_step(run)).step)
    assert longest < 10 and at == sorted(set(at)) and at[0] > 0
    epochs = at[-1] // STEPS_PER_EPOCH + 2
    assert call(*COMMAND, "--epochs", epochs).exit_code == 0
    assert call(*COMMAND, "--epochs", epochs, "--runs", tmp_path / "whole").exit_code == 0
    found, wanted = fingerprint(run), fingerprint(tmp_path / "whole" / "run")
    print(f"\n{signals} SIGTERMs at the steps {at}, the longest end {longest:.1f} s; {found[:16]} = {wanted[:16]}")
    assert found == wanted
