"""14: so many runs at once and no more, places taken in turns, and what a run may use is bounded."""

import os
import time

import pytest

from tests.live.helpers import LONG, start, state, tiny, training, wait_for
from vaelab.checkpoints import latest_step, load_step, read_status, write_status
from vaelab.errors import RunError
from vaelab.live import limits as bounds
from vaelab.live import pool
from vaelab.live.control import read_control
from vaelab.live.limits import Meter, limits
from vaelab.live.processes import identify
from vaelab.live.runs import Runs
from vaelab.spec import to_json


class Obedient:
    """A worker that trains nothing and does what it is told when it is looked at."""

    everyone: list["Obedient"] = []

    def __init__(self):
        self.identity, self.folder = identify(os.getpid()), None
        self.everyone.append(self)

    def assign(self, folder):
        self.folder = folder
        write_status(folder, {**read_status(folder), "state": "training"})
        return True

    def ended(self):
        return False

    def dismiss(self):
        pass

    def end(self, state):
        """Leave the run in a state, as a worker does."""
        status = {key: value for key, value in read_status(self.folder).items() if key not in ("pid", "visitor")}
        write_status(self.folder, {**status, "state": state})
        self.everyone.remove(self)

    @classmethod
    def obey(cls):
        """All that were asked to give their place away do so."""
        for worker in [worker for worker in cls.everyone if worker.folder]:
            if read_control(worker.folder).wanted == "yield":
                worker.end("queued")


@pytest.fixture
def served(tmp_path, monkeypatch):
    """A registry with two places and no waiting for turns, looked after by hand."""
    monkeypatch.setattr(pool, "Worker", Obedient)
    monkeypatch.setattr(Obedient, "everyone", [])
    monkeypatch.setattr(pool.Pool, "_keep_tending", lambda self: None)
    monkeypatch.setenv("VAELAB_MAX_RUNS", "2")
    monkeypatch.setenv("VAELAB_TURN_SECONDS", "0")
    return Runs(tmp_path / "runs", tmp_path / "shipped")


def at_work(runs):
    """The ids that are being trained."""
    return {worker.folder.name for worker in Obedient.everyone if worker.folder}


def ask(runs, visitor, count=1):
    return [runs.start(to_json(tiny()), visitor=visitor) for _ in range(count)]


def tend(runs, times=1):
    """What the pool's thread does all the time."""
    for _ in range(times):
        runs._pool.tend()
        assert len(at_work(runs)) <= 2
        Obedient.obey()
    runs._pool.tend()


def test_promise_14_a_place_that_falls_free_goes_to_whoever_has_none(served, monkeypatch):
    served._pool._limits = served._pool._limits._replace(turn=1e9)
    greedy = ask(served, "greedy", 8)
    (modest,) = ask(served, "modest")
    assert at_work(served) == set(greedy[:2])
    next(worker for worker in Obedient.everyone if worker.folder.name == greedy[0]).end("finished")
    served._pool.tend()
    assert at_work(served) == {greedy[1], modest}  # Before the six that asked earlier.
    next(worker for worker in Obedient.everyone if worker.folder.name == modest).end("finished")
    served._pool.tend()
    assert at_work(served) == {greedy[1], greedy[2]}  # And alone, greedy has it all again, in its order.


def test_promise_14_a_run_that_had_its_turn_gives_its_place_and_goes_on_later(served):
    greedy, modest = ask(served, "greedy", 6), None
    tend(served, 3)
    assert at_work(served) == set(greedy[:2])  # One's own runs do not push each other out.
    (modest,) = ask(served, "modest")
    tend(served, 1)
    assert modest in at_work(served) and len(at_work(served)) == 2
    (left,) = set(greedy[:2]) - at_work(served)
    status = served.status(left)
    assert status["state"] == "queued" and status["visitor"] == "greedy"
    tend(served, 5)
    assert modest in at_work(served)  # One each is fair: nobody is pushed out any more.
    next(worker for worker in Obedient.everyone if worker.folder.name == modest).end("finished")
    for _ in range(20):  # Then all of greedy's, the one that gave its place among them.
        tend(served)
        for worker in [worker for worker in Obedient.everyone if worker.folder]:
            worker.end("finished")
    assert {served.status(run)["state"] for run in [*greedy, modest]} == {"finished"}


def test_promise_14_visitors_who_ask_for_more_than_there_is_are_all_served_in_turns(served):
    asked = {visitor: ask(served, visitor, 3) for visitor in "abcde"}
    served_turns = dict.fromkeys(asked, 0)
    for _ in range(60):
        tend(served)
        for visitor, runs in asked.items():
            served_turns[visitor] += len(at_work(served) & set(runs))
    assert min(served_turns.values()) > 0.7 * max(served_turns.values()), served_turns


def test_promise_14_a_queue_has_an_end_for_each_and_for_all(served, monkeypatch):
    ask(served, "greedy", 2 + served._limits.waiting_each)
    with pytest.raises(RunError, match="8 runs of yours are waiting already"):
        ask(served, "greedy")
    ask(served, "another", 8)
    ask(served, "third", 4)
    with pytest.raises(RunError, match="20 runs are waiting already"):
        ask(served, "fourth")


def test_promise_14_a_run_that_is_stopped_while_it_waits_for_its_turn_stays_stopped(served):
    (greedy, other), (modest,) = ask(served, "greedy", 2), ask(served, "modest")
    tend(served, 1)
    (left,) = {greedy, other} - at_work(served)
    served.command(left, "stop")
    next(worker for worker in Obedient.everyone if worker.folder.name == modest).end("finished")
    tend(served, 3)
    assert served.status(left)["state"] == "stopped"


def test_promise_14_a_run_that_gave_its_place_away_is_found_by_another_server(served):
    greedy = ask(served, "greedy", 2)
    ask(served, "modest")
    served._pool.tend()
    Obedient.obey()  # It waits again, and its server ends before it has seen that.
    (left,) = set(greedy) - at_work(served)
    for worker in [worker for worker in Obedient.everyone if worker.folder]:
        worker.end("finished")
    (served.root / "odd").mkdir()
    (served.root / "odd" / "status.json").write_text('{"state": "queued", "queued": "long ago", "visitor": [1]}')
    other = Runs(served.root, served.shipped)
    other._pool.tend()
    assert left in at_work(other) and read_control(served.root / left).wanted == "run"


# --- limits -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variable", [entry[0] for entry in bounds.VARIABLES.values()])
@pytest.mark.parametrize("text", ["many", "nan", "-1", "inf", "1e300"])
def test_promise_14_a_limit_that_is_no_number_is_refused_by_its_name(monkeypatch, variable, text):
    monkeypatch.setenv(variable, text)
    with pytest.raises(RunError, match=rf"{variable} must be a number of at least [01], but it is '{text}'"):
        limits()


def test_promise_14_without_variables_the_limits_are_those_of_the_table(monkeypatch):
    for variable, *_ in bounds.VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    found = limits()
    assert found[:6] == (4, 20, 8, 300, 600, 86400)
    assert found.memory > 1 << 28 and (found.disk, found.free) == (4 << 30, 256 << 20)


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ({"time": 0.001}, "Stopped after 0 seconds.*VAELAB_RUN_SECONDS"),
        ({"memory": 1 << 20}, "MB of memory, and this server allows 1 .*VAELAB_RUN_MEMORY_MB"),
        ({"disk": 1 << 20}, "takes 3 MB of the disk, and this server allows 1 .*VAELAB_RUN_DISK_MB"),
        ({"free": 1 << 60}, "only .* MB of the disk are free"),
    ],
)
def test_promise_14_what_is_used_up_is_said_with_the_name_of_its_limit(tmp_path, monkeypatch, limit, words):
    monkeypatch.setattr(bounds, "LOOK", 0.0)
    (tmp_path / "large").write_bytes(bytes(3 << 20))
    plenty = limits()._replace(memory=1 << 50, free=0)
    time.sleep(0.002)
    assert Meter(tmp_path, plenty).excess() == ""
    meter = Meter(tmp_path, plenty._replace(**limit))
    time.sleep(0.002)
    import re

    assert re.search(words, meter.excess())


def test_promise_14_no_run_starts_on_a_full_disk(served):
    served._limits = served._limits._replace(free=1 << 60)
    with pytest.raises(RunError, match="Delete runs or free some space"):
        ask(served, "")
    assert not served.root.exists() or not list(served.root.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("runs", [1], indirect=True)
def test_promise_14_a_run_at_its_limit_ends_in_words_and_trains_on_from_there(runs, monkeypatch):
    monkeypatch.setenv("VAELAB_RUN_SECONDS", "12")
    run = start(runs)
    assert "the longest stretch that this server allows" in state(runs, run, "stopped")["message"]
    saved = load_step(latest_step(runs.root / run)).step
    assert saved > 0
    monkeypatch.setenv("VAELAB_RUN_SECONDS", "0")
    monkeypatch.setenv("VAELAB_RUN_DISK_MB", "0.01")  # Less than one step takes: the operating system refuses it.
    runs.resume(run)
    status = wait_for(lambda: runs.status(run)["state"] in ("failed", "stopped") and runs.status(run))
    assert "File too large" in status["message"] or "VAELAB_RUN_DISK_MB" in status["message"]
    assert load_step(latest_step(runs.root / run)).step >= saved
    monkeypatch.delenv("VAELAB_RUN_DISK_MB")
    runs.resume(run)
    training(runs, run, after=saved)


@pytest.mark.parametrize("runs", [1], indirect=True)
def test_promise_14_two_visitors_share_one_place(runs):
    runs._pool._limits = runs._pool._limits._replace(turn=0.5)
    first, second = (runs.start(to_json(tiny(LONG)), visitor=visitor) for visitor in ("one", "two"))
    steps = {}
    for run in (first, second, first):  # Each gets its turn, and goes on from where it was.
        header, _ = training(runs, run, after=steps.get(run, 0))
        assert header["step"] > steps.get(run, 0)
        steps[run] = header["step"]
    assert wait_for(lambda: latest_step(runs.root / second))
