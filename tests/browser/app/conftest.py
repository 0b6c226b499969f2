"""Servers and pages for the tests that use the app as a visitor does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.app.looking import LONG, wait_drawn
from tests.browser.app.serving import AppServer

# Where a page has a name, Streamlit's own script looks for its server under that name first.
PROBES = ("_stcore/health", "_stcore/host-config")


@pytest.fixture(scope="session")
def folder(browser, tmp_path_factory) -> Path:
    """A folder for all servers; asks for the browser first, since without one nothing is to be started."""
    return tmp_path_factory.mktemp("app")


@pytest.fixture(scope="session")
def shared_server(folder) -> Iterator[AppServer]:
    """One server for most tests."""
    (folder / "shared").mkdir()
    server = AppServer(folder / "shared", JAX_LOG_COMPILES="1")
    yield server
    server.stop()
    assert "Incident" not in server.log()  # What a visitor is spared, a test is told.


@pytest.fixture
def server(shared_server) -> Iterator[AppServer]:
    """The shared server; the runs of a test end with it."""
    yield shared_server
    shared_server.end_runs()


@pytest.fixture
def new_server(folder, request) -> Iterator[AppServer]:
    """A server that nobody has talked to, to be killed at will."""
    own = folder / request.node.name[:60]
    own.mkdir()
    server = AppServer(own, VAELAB_SPARE="0")
    yield server
    server.stop()


@pytest.fixture
def open_page(browser) -> Iterator:
    """Opens the app in a browser of its own, at an address; script errors fail the test unless `errors` is cleared."""
    contexts, pages = [], []

    def open_one(address: str, wait: bool = True, width: int = 1440, height: int = 900, **settings):
        context = browser.new_context(viewport={"width": width, "height": height}, **settings)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(LONG)
        page.errors = []
        pages.append(page)
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda message: page.errors.append(message.text) if _is_error(message) else None)
        page.goto(address)
        if wait:
            wait_drawn(page)
        return page

    yield open_one
    for context in contexts:
        context.close()
    for page in pages:
        assert page.errors == []


def _is_error(message) -> bool:
    return message.type == "error" and not message.location.get("url", "").endswith(PROBES)
