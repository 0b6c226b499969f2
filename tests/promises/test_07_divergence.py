"""7: a loss that is no number stops the run as "diverged", and the last finite checkpoint stays the newest."""

import numpy as np
import pytest

from tests.cli.command import call
from vaelab import data
from vaelab.checkpoints import latest_step, load_step, read_metrics, read_status, steps

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


def test_promise_07_a_batch_that_is_no_number_stops_the_run_where_it_stands(tmp_path, monkeypatch):
    command = ("train", "recurrent_ae", "--data", "waves", "--set", "data.examples=400", "--name", "waves")
    command += ("--set", "backbone.hidden=4", "--set", "training.batch_size=100")
    assert call(*command, "--epochs", 1).exit_code == 0
    run = tmp_path / "runs" / "waves"
    before = [folder.name for folder in steps(run)]
    load = data.load

    def spoiled(name):
        found = load(name)
        values = np.array(found.train.images)
        values[:, 0] = np.nan
        return found._replace(train=found.train._replace(images=values))

    monkeypatch.setattr(data, "load", spoiled)
    step = assert_diverged(call(*command, "--epochs", 3), run)
    assert step.folder.name in before and step.step == 4  # The one from before the damage.
