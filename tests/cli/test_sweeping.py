"""`vaelab sweep`: many runs as one program, each a run like any other afterwards, and none lost by a signal."""

import re
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from tests.cli.command import SMALL, call, refused
from vaelab.checkpoints import about_run, latest_step, load_step, read_status, recipe_of, steps

BETA, RATE = "objective.penalties.GaussianKL.weight", "training.learning_rate"
SWEEP = ("sweep", "vae_2d", *SMALL, "--vary", f"{BETA}=0,1,4", "--seeds", "0,3", "--name", "dial")


def parameters(run):
    return load_step(latest_step(run)).parameters


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("swept")
    result = call(*SWEEP, "--runs", folder)
    assert result.exit_code == 0, result.stderr
    return folder, result


def test_a_sweep_leaves_runs_like_any_other(swept):
    folder, result = swept
    names = [f"dial-{index:02}" for index in range(1, 7)]
    assert sorted(run.name for run in folder.iterdir()) == names
    lines = result.stdout.splitlines()
    assert lines[0].split()[0] == "run" and [line.split()[0] for line in lines[1:]] == names
    assert "Beta 4, seed 3" in lines[6] and "reconstruction" in lines[6]
    last = folder / "dial-06"
    assert recipe_of(last)["objective"]["penalties"][0]["weight"] == 4.0
    about = about_run(last)
    assert about["seed"] == 3 and about["title"].endswith("Beta 4, seed 3")
    assert read_status(last)["state"] == "finished"
    assert load_step(latest_step(last)).gallery["codes"].shape == (360, 2)
    assert call("evaluate", last, "--samples", 2, "--json").exit_code == 0


def test_a_run_of_a_sweep_is_the_run_by_itself(swept, tmp_path):
    folder, _ = swept
    alone = ("train", "vae_2d", *SMALL, "--set", f"{BETA}=4", "--seed", 3, "--runs", tmp_path, "--name", "alone")
    assert call(*alone).exit_code == 0
    ours = parameters(folder / "dial-06")
    for name, array in parameters(tmp_path / "alone").items():
        np.testing.assert_allclose(ours[name], array, atol=2e-4)


def test_the_same_command_says_that_all_is_done_and_more_epochs_train_on(swept, tmp_path):
    shutil.copytree(swept[0], tmp_path, dirs_exist_ok=True)
    again = call(*SWEEP, "--runs", tmp_path)
    assert again.exit_code == 0 and "0 of 6 runs to train" in again.stderr
    assert call(*SWEEP, "--epochs", 3, "--runs", tmp_path).exit_code == 0
    assert {load_step(latest_step(run)).step for run in tmp_path.iterdir()} == {33}


def test_runs_that_were_not_saved_in_time_catch_up(swept, tmp_path):
    whole = {run.name: parameters(run) for run in swept[0].iterdir()}
    longer = (*SWEEP[:2], *SMALL[:2], "--epochs", 1, *SMALL[4:], *SWEEP[8:])
    assert call(*longer, "--runs", tmp_path).exit_code == 0
    for step in steps(tmp_path / "dial-02"):  # As if a kill had come before its saving.
        shutil.rmtree(step)
    assert call(*SWEEP, "--runs", tmp_path).exit_code == 0
    for name, expected in whole.items():
        found = parameters(tmp_path / name)
        assert all(np.allclose(found[key], array, atol=5e-4) for key, array in expected.items()), name


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_signal_saves_all_and_the_same_command_goes_on(tmp_path, number, code):
    arguments = [str(word) for word in (*SWEEP, "--epochs", 3000, "--runs", tmp_path)]
    process = subprocess.Popen([sys.executable, "-m", "vaelab", *arguments], stdout=-1, stderr=-1, text=True)
    deadline = time.monotonic() + 120
    while not (tmp_path / "dial-06" / "metrics.jsonl").exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(number)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Train on with:\nvaelab sweep vae_2d" in output
    assert len({load_step(latest_step(run)).step for run in tmp_path.iterdir()}) == 1
    assert {read_status(run)["state"] for run in tmp_path.iterdir()} == {"interrupted"}


def test_a_run_that_diverges_is_told_and_the_others_finish(tmp_path):
    command = (*SWEEP[:6], "--vary", f"{RATE}=0.001,1", "--epochs", 20, "--name", "hot", "--runs", tmp_path)
    result = call(*command)
    assert result.exit_code == 0
    assert [read_status(tmp_path / name)["state"] for name in ("hot-01", "hot-02")] == ["finished", "diverged"]
    assert "diverged at step" in result.stderr and "hot-02" in result.stderr
    kept = parameters(tmp_path / "hot-02")
    assert all(np.isfinite(array).all() for array in kept.values())
    assert "0 of 2 runs to train" in call(*command).stderr  # Trying again would lead there again.


@pytest.mark.parametrize("options, sentence", [
    (["--vary", "backbone.hidden=3"], "backbone.hidden cannot be varied"),
    (["--vary", f"{BETA}=a"], "--vary wants a knob and numbers"),
    (["--vary", f"{BETA}=-1"], "at least 0|must be"),
    (["--vary", f"{BETA}=1,1"], "given twice"),
    (["--seeds", "x"], "--seeds wants whole numbers"),
    (["--seeds", ",".join(map(str, range(65)))], "at most 64 are trained together"),
])  # fmt: skip
def test_what_cannot_be_swept_is_one_sentence(tmp_path, options, sentence):
    assert re.search(sentence, refused("sweep", "vae_2d", *options, "--runs", tmp_path))
    assert not list(tmp_path.iterdir())
