"""Runs with real workers, routes, and a server without a browser."""

import pytest

from tests.browser.app.serving import AppServer
from tests.live.conftest import client, compiled, runs, served

__all__ = ["client", "compiled", "playground", "runs", "served"]


@pytest.fixture(scope="module")
def playground(tmp_path_factory):
    """`streamlit run app.py` with the settings that ship, and folders of its own."""
    folder = tmp_path_factory.mktemp("server")
    server = AppServer(folder, VAELAB_SPARE="0")
    yield server
    server.stop()
