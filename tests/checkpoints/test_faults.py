"""A kill, a full disk, a failing call at any moment: what was saved before is still there."""

import os
import random
import resource
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from tests.checkpoints.helpers import parameters, save
from vaelab.checkpoints import files, latest_step, load_step, steps
from vaelab.errors import CheckpointError


def assert_sound(run):
    """Every listed step loads and is of one piece; returns the newest number."""
    newest = 0
    for folder in steps(run):
        step = load_step(folder)
        newest = step.step
        size = len(step.parameters["decoder/0/bias"])
        for name, array in parameters(step.step, size).items():
            np.testing.assert_array_equal(step.parameters[name], array)
    return newest


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_kill_at_any_moment_loses_no_saved_step(tmp_path):
    run, chance, done = tmp_path / "run", random.Random(0), 0
    for _ in range(30):
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.checkpoints.helpers", str(run), str(done)], stdout=subprocess.PIPE, text=True
        )
        child.stdout.readline()  # It is saving by now; the start of Python is not the time to be killed.
        time.sleep(chance.uniform(0, 0.1))
        child.kill()
        acknowledged = [int(line) for line in child.communicate()[0].split()]
        done = assert_sound(run)
        assert done >= max(acknowledged, default=1)
    save(run, done + 1)
    assert not [path.name for path in run.iterdir() if path.name.startswith(".")]


class Faulty:
    """The functions of `os`, of which the n-th call that touches the disk fails."""

    def __init__(self, name, call):
        self.name, self.call, self.count = name, call, 0

    def __getattr__(self, name):
        return self.fail if name == self.name else getattr(os, name)

    def fail(self, *arguments):
        self.count += 1
        if self.count == self.call:
            if self.name == "write":  # A disk that fills up takes a part first.
                os.write(arguments[0], bytes(arguments[1][: len(arguments[1]) // 2]))
            raise OSError(28, "No space left on device")
        return getattr(os, self.name)(*arguments)


@pytest.mark.parametrize("name", ["open", "write", "fsync", "rename", "close"])
def test_the_call_that_fails_may_be_any(tmp_path, monkeypatch, name):
    from vaelab.checkpoints import folders

    run = tmp_path / "run"
    for step in (1, 2, 3):
        save(run, step)
    for call in range(1, 40):
        faulty = Faulty(name, call)
        with monkeypatch.context() as patch:
            patch.setattr(files, "os", faulty)
            patch.setattr(folders, "os", faulty)
            try:
                save(run, 3 + call)
                saved = True
            except CheckpointError as error:
                saved = False
                assert "No space left on device" in str(error)
        assert assert_sound(run) >= 3
        assert not [path.name for path in run.iterdir() if path.name.startswith(".tmp")]
        if saved and faulty.count < call:
            break  # The n-th call was never made: every one before it has failed once.
    else:
        pytest.fail("there were more calls than expected")
    assert call > 1
    save(run, 100)
    assert latest_step(run).name == "step_00000100"


def test_a_short_write_is_continued(tmp_path, monkeypatch):
    class Short:
        def __getattr__(self, name):
            return (lambda fd, content: os.write(fd, content[:100])) if name == "write" else getattr(os, name)

    monkeypatch.setattr(files, "os", Short())
    assert load_step(save(tmp_path / "run", 1)).step == 1


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_full_disk_is_told_and_harms_nothing(tmp_path):
    run = tmp_path / "run"
    save(run, 1)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(CheckpointError, match=r"Step 2 \(4.0 MB\) could not be saved .* Free some space"):
            save(run, 2, parameters=parameters(2, size=1000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert assert_sound(run) == 1
    save(run, 2, parameters=parameters(2, size=1000))
