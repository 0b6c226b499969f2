"""Runs that are trained together by one worker: what is told to one is told to all."""

import os
import signal

import numpy as np
import pytest

from tests.live.helpers import BETA, LONG, frame, state, tiny, training, wait_for
from vaelab.checkpoints import latest_step, load_step, sweep_of
from vaelab.errors import RunError
from vaelab.live.runs import Runs
from vaelab.nets import Dense
from vaelab.spec import replace
from vaelab.sweep import variants

BETAS = (0.0, 1.0, 30.0)


def start_sweep(runs, epochs=LONG, recipe=None, values=None):
    return runs.start_sweep(variants(recipe or tiny(epochs), values or {BETA: BETAS}), title="T", command="C")


def test_a_sweep_from_start_to_end(runs):
    members = start_sweep(runs, epochs=5)
    assert runs.sweep(members[1]) == members and len(set(members)) == 3
    for run in members:
        state(runs, run, "finished")
    frames = [frame(runs, run) for run in members]
    assert [header["title"] for header, _ in frames] == ["T, Beta 0", "T, Beta 1", "T, Beta 30"]
    assert all(header["step"] == 55 and set(header["holes"]) for header, _ in frames)
    kl = [header["metrics"]["kl"] for header, _ in frames]
    assert kl[0] > kl[1] > kl[2]  # The dearer the information, the less of it.
    alone = runs.start(frames[1][0]["recipe"], seed=0, title="alone")
    state(runs, alone, "finished")
    by_itself = load_step(latest_step(runs.root / alone)).parameters
    for name, array in load_step(latest_step(runs.root / members[1])).parameters.items():
        np.testing.assert_allclose(array, by_itself[name], atol=1e-4)
    runs.resume(members[2], epochs=2)
    for run in members:
        state(runs, run, "finished")
        assert load_step(latest_step(runs.root / run)).step == 77


def test_the_buttons_of_a_sweep(runs):
    members = start_sweep(runs)
    for run in members:
        training(runs, run, after=1)
    runs.command(members[2], "pause")
    for run in members:
        state(runs, run, "paused")
    wait_for(lambda: len({load_step(s).step for run in members if (s := latest_step(runs.root / run))}) == 1)
    wait_for(lambda: len({frame(runs, run)[0]["step"] for run in members}) == 1)
    at = frame(runs, members[0])[0]["step"]
    assert all(frame(runs, run)[0]["state"] == "paused" for run in members)
    runs.command(members[1], "step")
    for run in members:
        wait_for(lambda run=run: frame(runs, run)[0]["step"] == at + 1)
    with pytest.raises(RunError, match="differ in their knobs"):
        runs.knobs(members[0], {BETA: 2.0})
    runs.command(members[0], "resume")
    for run in members:
        training(runs, run, after=at + 1)
    runs.command(members[1], "stop")
    for run in members:
        state(runs, run, "stopped")


def test_a_killed_sweep_goes_on_where_all_of_it_was_saved(runs):
    members = start_sweep(runs)
    training(runs, members[2])
    runs.command(members[0], "pause")
    for run in members:
        state(runs, run, "paused")
    saved = wait_for(lambda: [s for run in members if (s := latest_step(runs.root / run))][2:])[0]
    at = load_step(saved).step
    runs.command(members[0], "resume")
    training(runs, members[1], after=at)
    os.kill(runs.status(members[1])["pid"], signal.SIGKILL)
    for run in members:
        assert "resume" in state(runs, run, "interrupted", 5)["message"]
    runs.close()
    other = Runs(runs.root, runs.shipped)  # Another server finds the sweep, and it is one thing to it.
    try:
        other.resume(members[2])
        for run in members:
            assert training(other, run, after=at)[0]["state"] == "training"
        assert len({other.status(run)["pid"] for run in members}) == 1
        other.command(members[0], "stop")
        for run in members:
            state(other, run, "stopped")
    finally:
        other.close()


def test_a_run_that_was_saved_later_is_caught_up_with(runs):
    members = start_sweep(runs, epochs=400)
    training(runs, members[0])
    runs.command(members[0], "pause")
    wait_for(lambda: all(latest_step(runs.root / run) for run in members))
    runs.command(members[0], "stop")
    for run in members:
        state(runs, run, "stopped")
    steps = {run: latest_step(runs.root / run) for run in members}
    for file in steps[members[1]].iterdir():  # As if the kill had come before this one was saved.
        file.unlink()
    steps[members[1]].rmdir()
    runs.resume(members[0])
    for run in members:
        assert state(runs, run, "finished")["step"] == 4400


def test_one_that_diverges_leaves_the_others_alone(runs):
    recipe = replace(tiny(40), backbone=Dense(hidden=(64, 64, 64)))
    members = start_sweep(runs, recipe=recipe, values={"training.learning_rate": (1.0, 0.001)})
    assert "diverged at step" in state(runs, members[0], "diverged")["message"]
    training(runs, members[1])
    state(runs, members[1], "finished")
    assert runs.status(members[0])["state"] == "diverged"


def test_whoever_is_deleted_is_not_asked_for(runs):
    members = start_sweep(runs)
    training(runs, members[0])
    runs.command(members[0], "stop")
    for run in members:
        state(runs, run, "stopped")
    (runs.root / members[1] / "recipe.json").unlink()
    assert [folder.name for folder in sweep_of(runs.root / members[2])] == [members[0], members[2]]
    assert runs.sweep(members[0]) == [members[0], members[2]]
