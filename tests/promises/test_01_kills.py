"""1: a checkpoint that is listed is complete; kill -9 at any moment loses at most the unfinished one."""

import random
import subprocess
import sys
import time

import pytest

from tests.checkpoints.helpers import assert_sound, save
from vaelab.checkpoints import latest_step, load_step, steps

KILLS = [20, pytest.param(200, marks=pytest.mark.slow)]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("kills", KILLS)
def test_promise_01_a_kill_at_any_moment_loses_no_saved_step(tmp_path, kills):
    run, chance, done = tmp_path / "run", random.Random(0), 0
    checked = leftovers = 0
    for _ in range(kills):
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.checkpoints.helpers", str(run), str(done)], stdout=subprocess.PIPE, text=True
        )
        child.stdout.readline()  # It is saving by now; the start of Python is not the time to be killed.
        time.sleep(chance.uniform(0.02, 0.25))
        child.kill()
        acknowledged = [int(line) for line in child.communicate()[0].split()]
        done = assert_sound(run)
        assert done >= max(acknowledged, default=1)
        checked += len(steps(run))
        leftovers += sum(path.name.startswith((".tmp-", ".del-")) for path in run.iterdir())
    print(f"\n{kills} kills, {checked} listed steps checked, 0 damaged, 0 lost, {leftovers} leftovers seen")
    assert leftovers > 0  # It was hit in the middle of saving.
    save(run, done + 1)
    assert not [path.name for path in run.iterdir() if path.name.startswith(".")]


def test_promise_01_steps_are_ordered_by_their_numbers_whatever_the_clock_says(tmp_path, monkeypatch):
    import os

    run = tmp_path / "run"
    for step, when in ((1, 2e9), (2, 1e9), (3, 1.0)):  # The clock is set back twice.
        folder = save(run, step)
        for path in (folder, *folder.iterdir()):
            os.utime(path, (when, when))
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert latest_step(run).name == "step_00000003"
    save(run, 4)
    assert [load_step(folder).step for folder in steps(run)] == [2, 3, 4]  # The oldest by number went.
