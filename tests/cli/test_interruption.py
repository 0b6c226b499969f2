"""Ctrl-C and a kill: nothing is lost but moments, and a resumed run is the uninterrupted one bit for bit."""

import os
import signal
import subprocess
import sys

import psutil

from tests.cli.command import arrays, call
from vaelab.checkpoints import read_status, write_status

COMMAND = ("train", "vae_2d", "--set", "backbone.hidden=16", "--name", "run")
STEPS_PER_EPOCH = 11


def test_ctrl_c_saves_and_the_run_goes_on_as_if_nothing_had_been(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "vaelab", *COMMAND, "--epochs", "100000"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "COLUMNS": "200"},
    )
    assert process.stderr is not None
    assert any(line.startswith("epoch") for line in process.stderr)  # The first step is done.
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "vaelab train vae_2d --epochs 100000 --name run --set backbone.hidden=16" in output

    status = read_status(tmp_path / "runs" / "run")
    assert status["state"] == "interrupted"
    epochs = status["step"] // STEPS_PER_EPOCH + 2
    resumed = call(*COMMAND, "--epochs", epochs)
    assert resumed.exit_code == 0
    assert f"Training on from step {status['step']:,}" in resumed.stderr
    assert call(*COMMAND, "--epochs", epochs, "--runs", "uninterrupted").exit_code == 0
    assert arrays(tmp_path / "runs" / "run") == arrays(tmp_path / "uninterrupted" / "run")


def test_a_killed_run_is_listed_as_interrupted(tmp_path):
    assert call(*COMMAND, "--epochs", 1).exit_code == 0
    run = tmp_path / "runs" / "run"
    myself = psutil.Process()
    living = {"state": "training", "pid": myself.pid, "started": myself.create_time()}
    write_status(run, living)
    assert "training" in call("runs").stdout
    # The number was given to another process since.
    write_status(run, living | {"started": living["started"] - 100})
    assert "interrupted" in call("runs").stdout
