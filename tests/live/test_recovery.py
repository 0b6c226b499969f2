"""What a crash, a kill, a restart and a bad number leave behind: a run that goes on."""

import os
import signal

import numpy as np
import pytest

from tests.live.helpers import LONG, RATE, frame, start, state, tiny, training, wait_for
from vaelab.checkpoints import latest_step, load_step, read_metrics, steps
from vaelab.errors import RunError
from vaelab.live.processes import alive
from vaelab.live.runs import Runs
from vaelab.nets import Dense
from vaelab.spec import replace, to_json


def test_promise_15_a_killed_worker_is_noticed_and_its_run_goes_on_from_the_last_step(runs):
    run = start(runs)
    training(runs, run)
    saved = wait_for(lambda: latest_step(runs.root / run))
    at = load_step(saved).step
    training(runs, run, after=at)
    os.kill(runs.status(run)["pid"], signal.SIGKILL)
    status = state(runs, run, "interrupted", 5)
    assert not status["live"] and "resume" in status["message"]
    saved = load_step(latest_step(runs.root / run)).step
    header, _ = frame(runs, run)
    assert header["state"] == "interrupted" and header["step"] == saved >= at
    assert frame(runs, run)[1]["history"][-1, 0] <= saved
    runs.command(run, "resume")
    header, arrays = training(runs, run, after=saved)
    assert header["state"] == "training"
    taken = arrays["history"][:, 0]
    assert (np.diff(taken) > 0).all() and saved <= taken[taken > saved].min() <= saved + 256


def test_promise_05_a_terminated_worker_saves_and_the_result_is_that_of_an_uninterrupted_run(runs):
    whole, broken = start(runs, epochs=400), start(runs, epochs=400)
    for _ in range(3):
        before = frame(runs, broken)[0]["step"]
        training(runs, broken, after=before)
        if runs.status(broken)["live"]:
            os.kill(runs.status(broken)["pid"], signal.SIGTERM)
        status = wait_for(lambda: (s := runs.status(broken)) and not s["live"] and s)
        assert status["state"] in ("interrupted", "finished")
        if status["state"] == "finished":
            break
        assert load_step(latest_step(runs.root / broken)).step == frame(runs, broken)[0]["step"] > before
        runs.resume(broken)
    assert before > 0  # It was interrupted at least once.
    results = []
    for run in (whole, broken):
        state(runs, run, "finished")
        results.append(load_step(latest_step(runs.root / run)))
    assert results[0].step == results[1].step == 4400
    assert results[0].training.keys() == results[1].training.keys()
    for name, array in results[0].training.items():
        np.testing.assert_array_equal(array, results[1].training[name])


def test_promise_15_another_server_finds_the_run(runs):
    run = start(runs)
    header, _ = training(runs, run)
    runs.close()  # The server goes; the run does not.
    other = Runs(runs.root, runs.shipped)
    try:
        assert other.status(run)["state"] == "training"
        training(other, run, after=header["step"])
        other.command(run, "pause")
        state(other, run, "paused")
        at = frame(other, run)[0]["step"]
        other.resume(run)
        state(other, run, "training")  # The frame of the pause may be newer than `at`: it is shown after it is said.
        training(other, run, after=at)
        with pytest.raises(RunError, match="training already"):
            other.resume(run)
        assert other.about(run)["seed"] == 1 and other.about(run)["recipe"] == to_json(tiny(LONG))
        other.command(run, "stop")
        state(other, run, "stopped")
    finally:
        other.close()


def test_promise_07_divergence_keeps_the_last_finite_step(runs):
    # Deep enough that steps of length 1 overflow the posterior's variance at once.
    run = start(runs, recipe=replace(tiny(LONG), backbone=Dense(hidden=(64, 64, 64))))
    training(runs, run)
    runs.command(run, "pause")
    state(runs, run, "paused")
    good = frame(runs, run)[0]["step"]
    runs.knobs(run, {RATE: 1.0})
    runs.command(run, "resume")
    status = state(runs, run, "diverged")
    assert "diverged at step" in status["message"]
    step = load_step(latest_step(runs.root / run))
    header, arrays = frame(runs, run)
    assert header["state"] == "diverged" and header["step"] == step.step >= good
    assert all(np.isfinite(array).all() for array in arrays.values())
    assert all(np.isfinite(row["loss"]) for row in read_metrics(runs.root / run))
    runs.knobs(run, {RATE: 1e-4})  # What the message advises.
    runs.command(run, "resume")
    training(runs, run, after=step.step + 20)


def test_promise_07_divergence_in_the_very_first_steps_leaves_the_initial_weights(runs):
    recipe = replace(tiny(LONG), backbone=Dense(hidden=(64, 64, 64)))
    run = start(runs, recipe=replace(recipe, training=replace(recipe.training, learning_rate=1.0)))
    assert "The model of step 0 was kept" in state(runs, run, "diverged")["message"] or latest_step(runs.root / run)
    header, arrays = frame(runs, run)
    assert header["state"] == "diverged" and header["step"] < 4
    assert all(np.isfinite(array).all() for array in arrays.values())


def test_a_run_whose_data_or_folder_is_bad_fails_in_words(runs):
    run = start(runs)
    training(runs, run)
    runs.command(run, "stop")
    state(runs, run, "stopped")
    wait_for(lambda: not alive(runs.status(run).get("pid"), runs.status(run).get("started")))
    for folder in steps(runs.root / run):
        (folder / "manifest.json").unlink()
    (runs.root / run / "recipe.json").write_text('{"kind": "Recipe", "data": {"kind": "Data", "name": "nothing"}}')
    with pytest.raises(Exception, match="must be one of digits"):
        runs.command(run, "resume")
