"""Registries of runs, with real workers and without, and a browser."""

import os
import signal

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.live.helpers import stored_run
from tests.live.web import LIVE_RUN, SHIPPED
from vaelab.checkpoints import write_status
from vaelab.live.processes import identify
from vaelab.live.routes import routes
from vaelab.live.runs import Runs


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """Workers share what they compile, in a folder of this test session, and nothing outside of it."""
    patch = pytest.MonkeyPatch()
    patch.setenv("VAELAB_COMPILATION_CACHE", "1")
    patch.setenv("VAELAB_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
    yield
    patch.undo()


@pytest.fixture
def runs(tmp_path, compiled, request):
    """A registry, of so many runs at a time where that is a parameter, whose workers are gone after the test."""
    found = Runs(tmp_path / "runs", tmp_path / "shipped", maximum=getattr(request, "param", None))
    yield found
    found.close()
    for run in found.summaries():
        status = found.status(run.name)
        if status["live"]:
            os.kill(status["pid"], signal.SIGKILL)


@pytest.fixture
def served(tmp_path):
    """A shipped run, and one that this very process pretends to train."""
    stored_run(tmp_path / "shipped" / SHIPPED)
    run = stored_run(tmp_path / "runs" / LIVE_RUN)
    me = identify(os.getpid())
    write_status(run, {"state": "training", "pid": me.pid, "started": me.started})
    found = Runs(tmp_path / "runs", tmp_path / "shipped")
    yield found
    found.close()


@pytest.fixture
def client(served):
    """A browser that shows a page of this server."""
    app = Starlette(routes=routes(served, base="app", allowed_hosts=["localhost", "*.example.org"]))
    with TestClient(app, base_url="http://localhost:8501", headers={"origin": "http://localhost:8501"}) as found:
        yield found
