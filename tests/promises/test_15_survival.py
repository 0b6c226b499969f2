"""15: a run outlives the page that began it and the server, and never has two trainers."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.browser.app.serving import AppServer
from tests.live.helpers import wait_for
from tests.promises.test_13_sessions import train
from tests.promises.visitor import Visitor, watch
from vaelab.checkpoints import latest_step, load_step
from vaelab.errors import RunError
from vaelab.live.frames import unpack
from vaelab.live.processes import alive
from vaelab.live.runs import Runs


@pytest.fixture
def own_server(tmp_path):
    server = AppServer(tmp_path, VAELAB_SPARE="0")
    yield server
    server.stop()


def step_on_show(server, run):
    """The step of the newest frame, as a new visitor sees it."""
    with watch(server.address, run) as viewer:
        return unpack(viewer.recv(timeout=30))[0]["step"]


def test_promise_15_a_run_survives_its_page_and_its_server_and_has_one_trainer(own_server):
    visitor, run = train(own_server)
    visitor.drop()  # The lid is closed.
    wait_for(lambda: latest_step(own_server.runs / run), 60)
    status = own_server.status(run)
    own_server.kill()
    assert alive(status["pid"], status["started"])
    # Neither another worker nor another server may train it meanwhile; a worker waits some seconds for its turn.
    intruder = subprocess.Popen(
        [sys.executable, "-m", "vaelab.live.worker"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert intruder.stdin
    intruder.stdin.write(json.dumps({"run": str(own_server.runs / run)}) + "\n")
    intruder.stdin.flush()
    own_server.start()

    with Visitor(own_server.address, run=run) as other:  # From another machine, by the address.
        other.run()
        assert other.explorers()[0]["runs"] == [run]
    shown = step_on_show(own_server, run)
    wait_for(lambda: step_on_show(own_server, run) > shown, 30)
    assert own_server.status(run)["pid"] == status["pid"]

    second = Runs(own_server.runs)
    with pytest.raises(RunError, match="training already"):
        second.resume(run)
    second.close()
    _, said = intruder.communicate(timeout=60)
    assert intruder.returncode == 1 and "Another process is training" in said
    assert own_server.status(run)["pid"] == status["pid"] and own_server.status(run)["state"] == "training"

    # Both are killed: what was saved goes on.
    own_server.kill()
    os.kill(status["pid"], signal.SIGKILL)
    saved = load_step(latest_step(own_server.runs / run)).step
    own_server.start()
    with watch(own_server.address, run) as viewer:
        header, _ = unpack(viewer.recv(timeout=30))
        assert header["state"] == "interrupted" and header["step"] == saved
        viewer.send('{"command": "resume"}')
        wait_for(lambda: own_server.status(run).get("pid") not in (None, status["pid"]), 30)
        new = wait_for(lambda: (now := own_server.status(run))["state"] == "training" and now, 90)
    assert alive(new["pid"], new["started"])
    wait_for(lambda: step_on_show(own_server, run) > saved, 60)
