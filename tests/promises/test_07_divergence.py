"""7: a loss that is no number stops the run as "diverged", and the last finite checkpoint stays the newest."""

import numpy as np
import pytest

from tests.cli.command import call
from tests.promises.mutations import resign
from vaelab.checkpoints import latest_step, load_step, read_metrics, read_status
from vaelab.checkpoints.tensors import encode

STEEP = ("training.learning_rate=1", "objective.likelihood=FixedGaussian", "objective.likelihood.scale=0.01")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VAELAB_RUNS_DIR", raising=False)


def assert_diverged(result, run):
    """The command failed in one sentence that names the step, and what is left is finite."""
    assert result.exit_code == 2
    sentence = result.stderr.strip().splitlines()[-1]
    assert "Training diverged at step" in sentence and "is kept in" in sentence
    assert read_status(run)["state"] == "diverged"
    assert sentence in read_status(run)["message"]
    step = load_step(latest_step(run))  # Raises for values that are not finite.
    assert all(np.isfinite(array).all() for array in step.training.values() if array.dtype.kind == "f")
    assert all(np.isfinite(value) for row in read_metrics(run) for value in row.values() if value is not None)
    return step


def test_promise_07_a_learning_rate_that_is_too_high_keeps_the_last_finite_model(tmp_path):
    options = [word for setting in STEEP for word in ("--set", setting)]
    result = call("train", "vae", "--data", "digits", *options, "--epochs", 50, "--name", "steep")
    assert_diverged(result, tmp_path / "runs" / "steep")


def test_promise_07_one_number_that_is_none_stops_the_run_where_it_stands(tmp_path):
    """Data are bytes, so that a batch cannot hold one; the state of the optimizer can."""
    command = ("train", "vae_2d", "--data", "digits", "--set", "backbone.hidden=8", "--name", "spoiled")
    assert call(*command, "--epochs", 1).exit_code == 0
    run = tmp_path / "runs" / "spoiled"
    newest = latest_step(run)
    kept = load_step(newest).training
    name = next(name for name, array in kept.items() if array.dtype == np.float32 and array.ndim and "mu" in name)
    kept[name].flat[0] = np.nan
    resign(newest, "train.safetensors", encode(kept, "train.safetensors"))
    result = call(*command, "--epochs", 3)
    assert result.exit_code == 2 and "Training diverged at step 1" in result.stderr
    assert read_status(run)["state"] == "diverged"
    assert latest_step(run) == newest and load_step(newest).step == 11
    assert all(np.isfinite(array).all() for array in load_step(newest).parameters.values())
