"""6: a full or unwritable disk is said in words, what was saved before is intact, and the server goes on."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.checkpoints.helpers import RECIPE, assert_sound, parameters, save
from tests.live.helpers import start, state, tiny, training
from vaelab.checkpoints import create_run, files, folders, latest_step, load_step, read_status, write_status
from vaelab.errors import CheckpointError, VaelabError
from vaelab.spec import to_json


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
def test_promise_06_the_call_that_fails_may_be_any(tmp_path, monkeypatch, name):
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


@pytest.mark.parametrize("name", ["open", "write", "fsync", "replace", "close"])
def test_promise_06_a_status_is_the_old_one_or_the_new_one(tmp_path, monkeypatch, name):
    for call in range(1, 10):
        write_status(tmp_path, {"state": "old"})
        faulty = Faulty(name, call)
        with monkeypatch.context() as patch:
            patch.setattr(files, "os", faulty)
            try:
                write_status(tmp_path, {"state": "new"})
            except OSError:
                pass
        # A call that fails after the swap has nothing to take back.
        assert read_status(tmp_path)["state"] in ("old", "new")
        assert os.listdir(tmp_path) == ["status.json"]
        if faulty.count < call:
            break
    assert call > 1 and read_status(tmp_path) == {"state": "new"}


def test_promise_06_a_short_write_is_continued(tmp_path, monkeypatch):
    class Short:
        def __getattr__(self, name):
            return (lambda fd, content: os.write(fd, content[:100])) if name == "write" else getattr(os, name)

    monkeypatch.setattr(files, "os", Short())
    assert load_step(save(tmp_path / "run", 1)).step == 1


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_promise_06_a_full_disk_is_told_and_harms_nothing(tmp_path):
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


@pytest.mark.parametrize("runs", [1], indirect=True)
def test_promise_06_a_run_whose_disk_is_full_fails_in_words_and_the_next_one_trains(runs, monkeypatch):
    monkeypatch.setenv("VAELAB_RUN_DISK_MB", "0.003")  # The operating system lets the worker write no larger file.
    full = start(runs)
    status = state(runs, full, "failed")
    assert "Traceback" not in status["message"]
    assert "File too large" in status["message"] or "could not be saved" in status["message"]
    monkeypatch.delenv("VAELAB_RUN_DISK_MB")
    other = start(runs)
    training(runs, other)
    assert runs.status(full)["state"] == "failed"


@pytest.mark.parametrize("name", ["open", "write", "fsync", "replace"])
def test_promise_06_asking_for_a_run_on_a_full_disk_is_refused_in_words(tmp_path, monkeypatch, name):
    from vaelab.live.pool import Pool
    from vaelab.live.runs import Runs

    monkeypatch.setattr(Pool, "add", lambda self, run, visitor="": None)
    runs = Runs(tmp_path / "runs", tmp_path / "shipped")
    for call in range(1, 40):
        faulty = Faulty(name, call)
        with monkeypatch.context() as patch:
            patch.setattr(files, "os", faulty)
            try:
                run = start(runs)
            except VaelabError as error:
                assert "No space left on device" in str(error)
                continue
        runs.command(run, "stop")
        break
    assert call > 1 and runs.status(run)["state"] == "stopped"


READ_ONLY = """
import os
import sys
from pathlib import Path

from starlette.applications import Starlette
from starlette.testclient import TestClient

from vaelab.checkpoints import latest_step, list_runs, load_step, save_step, verify
from vaelab.errors import CheckpointError
from vaelab.live.routes import routes
from vaelab.live.runs import Runs

root = Path(sys.argv[1])


def look():
    assert [found.name for found in list_runs(root)] == ["mine"]
    assert verify(root / "mine").steps == (30,)
    runs = Runs(root, root)
    with TestClient(Starlette(routes=routes(runs)), base_url="http://localhost") as client:
        assert client.get("/vaelab/runs/mine/frame").status_code == 200
    return runs, load_step(latest_step(root / "mine"))


look()  # All is imported now, and may lie where a stranger cannot read.
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
runs, step = look()
for attempt in (
    lambda: save_step(root / "mine", 31, recipe=step.recipe, parameters=step.parameters, metrics={}, command=""),
    lambda: runs.start(step.recipe),
):
    try:
        attempt()
    except CheckpointError as error:
        print(error)
"""


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions of POSIX")
def test_promise_06_a_folder_that_cannot_be_written_can_be_looked_at_and_says_what_is_wrong():
    from tests.live.helpers import stored_run

    base = Path(tempfile.mkdtemp())  # Not `tmp_path`, which only its owner may enter.
    try:
        run = stored_run(base / "runs" / "mine")
        for path in (base, *base.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        found = subprocess.run([sys.executable, "-c", READ_ONLY, str(base / "runs")], capture_output=True, text=True)
        assert found.returncode == 0, found.stderr
        saving, starting = found.stdout.splitlines()
        assert "Step 31" in saving and "Permission denied" in saving and "mend the folder's permissions" in saving
        assert "cannot be written (Permission denied)" in starting
        assert load_step(latest_step(run)).step == 30
    finally:
        for path in (base, *base.rglob("*")):
            if path.is_dir():
                path.chmod(0o755)
        shutil.rmtree(base)


LONG_PATH = "/".join(letter * 200 for letter in "xyz")


@pytest.mark.parametrize("name", ["with blanks and 'quotes'", "größe-図-🙂-\u202e", LONG_PATH, "a\\b;c&d"])
def test_promise_06_folders_may_have_any_name(tmp_path, name):
    root = tmp_path / name
    run = create_run(root / "mine", to_json(tiny()), title="ü", command="c", seed=0)
    for step in (1, 2, 3, 4):
        save(run, step)
    assert assert_sound(run) == 4
    write_status(run, {"state": "stopped"})
    assert read_status(run) == {"state": "stopped"}


def test_promise_06_a_path_longer_than_the_system_takes_is_refused_in_words(tmp_path):
    for name in ("n" * 300, "/".join(["d" * 200] * 30)):
        with pytest.raises(CheckpointError, match="could not be saved|cannot be written"):
            save(tmp_path / name, 1)
        with pytest.raises(CheckpointError, match="cannot be written"):
            create_run(tmp_path / name, RECIPE, title="", command="", seed=0)
