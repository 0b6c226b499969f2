"""Two hosts that train one model: processes of their own, which meet over the loopback."""

import signal
import socket
import subprocess
import sys
import time

import pytest

from tests.cli.command import refused
from vaelab.checkpoints import latest_step, load_step, read_metrics, read_status

RECIPE = ("train", "vae_2d", "--data", "digits", "--set", "backbone.hidden=32")


def start(runs, *options, epochs=91):
    """Both hosts of a run, which is 11 steps for each epoch."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "vaelab", *RECIPE, "--epochs", str(epochs), "--runs", str(runs), "--name", "two"]
    return [
        subprocess.Popen(
            [*command, "--hosts", f"127.0.0.1:{port},2,{index}", *options],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        for index in range(2)
    ]  # fmt: skip


def ends(processes, timeout=120):
    """Exit codes and what was said."""
    try:
        said = [process.communicate(timeout=timeout)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
    return [process.returncode for process in processes], said


def under_way(run, processes, after=1):
    """Wait until a step has been taken; returns the newest."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert all(process.poll() is None for process in processes), ends(processes)
        if (run / "metrics.jsonl").exists() and (rows := read_metrics(run)) and rows[-1]["step"] > after:
            return rows[-1]["step"]
        time.sleep(0.05)
    raise AssertionError("No step was taken.")


def test_two_hosts_reach_the_loss_of_one_and_write_it_once(tmp_path):
    codes, said = ends(start(tmp_path))
    assert codes == [0, 0], said
    assert "on 2 devices" in said[0] and "Trained to step 1,001" in said[0] and "takes part" in said[1]
    alone = subprocess.run(
        [sys.executable, "-m", "vaelab", *RECIPE, "--epochs", "91", "--runs", str(tmp_path), "--name", "one"],
        capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert alone.returncode == 0, alone.stderr
    one, two = (load_step(latest_step(tmp_path / name)) for name in ("one", "two"))
    assert one.step == two.step == 1001
    means = [_mean_loss(read_metrics(tmp_path / name)) for name in ("one", "two")]
    assert means[1] == pytest.approx(means[0], rel=1e-4)


def _mean_loss(rows):
    """Over all steps: chunks are as long as a machine is fast, their sum is not."""
    before = [0, *(row["step"] for row in rows)]
    return sum(row["loss"] * (row["step"] - start) for row, start in zip(rows, before, strict=False)) / rows[-1]["step"]


def test_a_lost_host_leaves_a_run_that_goes_on(tmp_path):
    first, second = processes = start(tmp_path, epochs=100_000)
    step = under_way(tmp_path / "two", processes)
    second.kill()
    (code, killed), said = ends(processes, timeout=60)
    assert (code, killed) == (1, -signal.SIGKILL), said
    assert "Another host was lost;" in said[0] and "Start all hosts again." in said[0] and "Traceback" not in said[0]
    status = read_status(tmp_path / "two")
    assert status["state"] == "interrupted" and "Another host was lost" in status["message"]
    saved = load_step(latest_step(tmp_path / "two")).step
    assert saved >= step
    first, second = processes = start(tmp_path, epochs=100_000)
    under_way(tmp_path / "two", processes, after=saved)
    second.send_signal(signal.SIGTERM)  # To one of them; both stop, in good order.
    codes, said = ends(processes)
    assert codes == [0, 0], said
    assert "Stopped at step" in said[0] and "with the first host" in said[1]
    assert load_step(latest_step(tmp_path / "two")).step > saved


def test_a_host_that_nobody_meets_is_told_what_is_wanted(tmp_path):
    sentence = refused(*RECIPE, "--runs", str(tmp_path), "--hosts", "127.0.0.1")
    assert "--hosts wants auto, or ADDRESS:PORT,COUNT,INDEX" in sentence
    assert "--devices wants all, or how many" in refused(*RECIPE, "--runs", str(tmp_path), "--devices", "many")
