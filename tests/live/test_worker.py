"""Real worker processes: what a person at the buttons sees, and what a crash, a kill and a restart leave behind."""

import os
import signal
import time

import numpy as np
import pytest

from tests.live.helpers import BETA, RATE, tiny, wait_for
from vaelab.checkpoints import latest_step, load_step, read_metrics, steps, verify
from vaelab.errors import RunError
from vaelab.live.frames import unpack
from vaelab.live.processes import alive
from vaelab.live.runs import Runs
from vaelab.spec import replace, to_json

LONG = 100_000  # Epochs that no test waits for.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def compiled(tmp_path_factory):
    """Workers share what they compile, in a folder of this test session, and nothing outside of it."""
    patch = pytest.MonkeyPatch()
    patch.setenv("VAELAB_COMPILATION_CACHE", "1")
    patch.setenv("VAELAB_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
    yield
    patch.undo()


@pytest.fixture
def runs(tmp_path):
    """A registry whose workers are gone after the test."""
    found = Runs(tmp_path / "runs", tmp_path / "shipped")
    yield found
    found.close()
    for folder in found.root.iterdir():
        status = found.status(folder.name)
        if status["live"]:
            os.kill(status["pid"], signal.SIGKILL)


def start(runs, epochs=LONG, recipe=None, **changes):
    return runs.start(to_json(recipe or tiny(epochs)), **({"title": "T", "command": "C", "seed": 1} | changes))


def state(runs, run, wanted, seconds=60):
    """Wait for a state; another state in which nothing more will happen fails at once."""

    def reached():
        status = runs.status(run)
        assert status["state"] == wanted or status["live"] or status["state"] == "queued", status
        return status["state"] == wanted and status

    return wait_for(reached, seconds)


def frame(runs, run):
    return unpack(runs.frame(run))


def training(runs, run, after=0):
    """Wait until a run has gone beyond a step; returns its frame."""
    return wait_for(lambda: (found := frame(runs, run)) and found[0]["step"] > after and found)


def test_a_short_run_from_start_to_end(runs):
    run = start(runs, epochs=5)
    header, arrays = frame(runs, run)  # Before the worker has said a word.
    assert header["state"] in ("queued", "starting") and header["step"] == 0 and "decoder/1/kernel" in arrays
    state(runs, run, "finished")
    header, arrays = frame(runs, run)
    assert header["step"] == header["steps"] == 55 and header["epoch"] == 5
    assert header["title"] == "T" and header["command"] == "C"
    assert header["history_columns"][:3] == ["step", "loss", "reconstruction"]
    assert arrays["history"][-1, 0] == 55 and arrays["history"][-1, 1] < arrays["history"][0, 1]
    assert arrays["codes"].shape == (360, 2) and arrays["labels"].shape == (360,)
    assert arrays["originals"].shape == arrays["reconstructions"].shape == (10, 8, 8, 1)
    assert set(header["holes"]) == {"share", "image_distance"}
    assert verify(runs.root / run).steps[-1] == 55
    assert runs.summaries()[0].state == "finished"
    assert not (runs.root / run / "live" / "frame.bin").exists()
    with pytest.raises(RunError, match="finished its epochs"):
        runs.resume(run)
    runs.resume(run, epochs=2)
    state(runs, run, "finished")
    assert frame(runs, run)[0]["step"] == 77 and verify(runs.root / run).steps[-1] == 77


def test_the_buttons(runs):
    run = start(runs)
    first, arrays = training(runs, run, after=1)
    assert first["state"] == "training" and first["sequence"] > 0
    later, _ = training(runs, run, after=first["step"])
    assert later["sequence"] > first["sequence"]

    runs.command(run, "pause")
    state(runs, run, "paused")
    paused = wait_for(lambda: (s := latest_step(runs.root / run)) and load_step(s).step == frame(runs, run)[0]["step"])
    assert paused
    header, arrays = frame(runs, run)
    at = header["step"]
    assert header["state"] == "paused" and all(array.dtype != np.float16 for array in arrays.values())
    assert len(arrays["codes"]) == 360  # Of this very step, like the weights.
    time.sleep(0.3)
    assert frame(runs, run)[0]["step"] == at

    runs.command(run, "step")
    runs.command(run, "step")
    wait_for(lambda: frame(runs, run)[0]["step"] == at + 2)
    time.sleep(0.3)
    assert frame(runs, run)[0]["step"] == at + 2 and runs.status(run)["state"] == "paused"

    runs.command(run, "resume")
    training(runs, run, after=at + 2)
    with pytest.raises(RunError, match="no command 'delete'"):
        runs.command(run, "delete")
    process = runs.status(run)
    runs.command(run, "stop")
    assert state(runs, run, "stopped")["message"]
    at = frame(runs, run)[0]["step"]
    assert load_step(latest_step(runs.root / run)).step == at
    wait_for(lambda: not alive(process["pid"], process["started"]))

    runs.command(run, "step")  # Brings a worker back, paused, one step on.
    wait_for(lambda: runs.status(run)["live"] and frame(runs, run)[0]["step"] == at + 1)
    assert runs.status(run)["state"] == "paused"
    runs.command(run, "stop")
    state(runs, run, "stopped")


def test_a_knob_that_is_turned_leaves_a_mark_and_stays_turned(runs):
    run = start(runs)
    training(runs, run)
    with pytest.raises(RunError, match="Beta must be between 0 and 100"):
        runs.knobs(run, {BETA: 1000})
    runs.knobs(run, {BETA: 2})
    runs.knobs(run, {BETA: 4})
    header, _ = wait_for(lambda: (f := frame(runs, run)) and any(k["value"] == 4 for k in f[0]["knobs"]) and f)
    assert [mark["text"] for mark in header["marks"]] == [f"{BETA} 1 -> 4"]  # A drag is one mark.
    mark = header["marks"][0]
    assert 0 < mark["step"] <= header["step"] and header["recipe"]["objective"]["penalties"][0]["weight"] == 4
    runs.command(run, "stop")
    state(runs, run, "stopped")
    step = load_step(latest_step(runs.root / run))
    assert step.recipe["objective"]["penalties"][0]["weight"] == 4 and step.view["marks"] == [mark]
    runs.resume(run)
    header, _ = training(runs, run, after=step.step)
    assert header["marks"] == [mark] and header["recipe"]["objective"]["penalties"][0]["weight"] == 4


def test_a_killed_worker_is_noticed_and_its_run_goes_on_from_the_last_step(runs):
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


def test_a_terminated_worker_saves_and_the_result_is_that_of_an_uninterrupted_run(runs):
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


def test_another_server_finds_the_run(runs):
    run = start(runs)
    header, _ = training(runs, run)
    runs.close()  # The server goes; the run does not.
    other = Runs(runs.root, runs.shipped)
    try:
        assert other.status(run)["state"] == "training"
        training(other, run, after=header["step"])
        other.command(run, "pause")
        state(other, run, "paused")
        with pytest.raises(RunError, match="already"):
            other.resume(run)
        other.command(run, "stop")
        state(other, run, "stopped")
    finally:
        other.close()


def test_divergence_keeps_the_last_finite_step(runs):
    recipe = tiny(LONG)
    training_ = replace(recipe.training, learning_rate=1e-3)
    run = start(runs, recipe=replace(recipe, training=training_))
    training(runs, run)
    runs.command(run, "pause")
    state(runs, run, "paused")
    good = frame(runs, run)[0]["step"]
    runs.knobs(run, {RATE: 1.0, BETA: 100.0})
    runs.command(run, "resume")
    status = state(runs, run, "diverged")
    assert "diverged at step" in status["message"]
    step = load_step(latest_step(runs.root / run))
    header, arrays = frame(runs, run)
    assert header["state"] == "diverged" and header["step"] == step.step >= good
    assert all(np.isfinite(array).all() for array in arrays.values())
    assert all(np.isfinite(row["loss"]) for row in read_metrics(runs.root / run))
    runs.knobs(run, {RATE: 1e-4, BETA: 1.0})  # What the message advises.
    runs.command(run, "resume")
    training(runs, run, after=step.step + 20)


def test_runs_wait_their_turn_and_a_paused_one_makes_room(tmp_path):
    runs = Runs(tmp_path / "runs", tmp_path / "shipped", maximum=1)
    try:
        first, second, third = (start(runs, epochs=epochs) for epochs in (LONG, 5, 5))
        assert [runs.status(run)["state"] for run in (second, third)] == ["queued", "queued"]
        assert frame(runs, second)[0]["state"] == "queued"
        training(runs, first)
        runs.command(third, "stop")
        assert runs.status(third)["state"] == "stopped" and runs.status(second)["state"] == "queued"
        runs.command(first, "pause")
        state(runs, second, "finished")
        status = runs.status(first)
        assert status["state"] == "paused" and not status["live"]
        at = frame(runs, first)[0]["step"]
        runs.command(first, "resume")
        training(runs, first, after=at)
        runs.command(first, "stop")
        state(runs, first, "stopped")
    finally:
        runs.close()


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


def test_a_spare_worker_waits_takes_a_run_and_goes_with_its_server(runs):
    runs.prepare(to_json(tiny()))
    spare = runs._pool._spare
    assert not spare.ended()
    run = start(runs)
    status = state(runs, run, "training")
    assert status["pid"] == spare.identity.pid
    runs.prepare()
    wait_for(lambda: runs._pool._spare, 20)
    second = runs._pool._spare
    runs.close()
    wait_for(second.ended, 30)
    assert alive(*spare.identity)
