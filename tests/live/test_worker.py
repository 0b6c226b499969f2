"""Real worker processes: what a person at the buttons sees."""

import time

import numpy as np
import pytest

from tests.live.helpers import BETA, LONG, frame, start, state, tiny, training, wait_for
from vaelab.checkpoints import latest_step, load_step, verify
from vaelab.errors import RunError
from vaelab.live.processes import alive
from vaelab.spec import to_json


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
    assert [mark["text"] for mark in header["marks"]] == ["Beta 1 -> 4"]  # A drag is one mark.
    mark = header["marks"][0]
    assert 0 < mark["step"] <= header["step"] and header["recipe"]["objective"]["penalties"][0]["weight"] == 4
    runs.command(run, "stop")
    state(runs, run, "stopped")
    step = load_step(latest_step(runs.root / run))
    assert step.recipe["objective"]["penalties"][0]["weight"] == 4 and step.view["marks"] == [mark]
    runs.resume(run)
    header, _ = training(runs, run, after=step.step)
    assert header["marks"] == [mark] and header["recipe"]["objective"]["penalties"][0]["weight"] == 4


@pytest.mark.parametrize("runs", [1], indirect=True)
def test_promise_14_runs_wait_their_turn_and_a_paused_one_makes_room(runs):
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


def test_a_run_can_be_stopped_before_its_first_step(runs):
    run = start(runs)
    wait_for(lambda: runs.status(run)["live"])
    runs.command(run, "stop")  # Its worker is importing JAX, loading or compiling.
    assert state(runs, run, "stopped")["message"] == "Stopped by hand; resume to train on."
    runs.command(run, "resume")
    training(runs, run)


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
