"""A browser and a server for the tests that look at the explorer; skipped where there is no Chromium."""

import json
import os
import shutil
from urllib.parse import quote

import pytest

from tests.browser.harness.frames import model_frame, training_frames
from tests.browser.harness.model import trained
from tests.browser.harness.server import create_harness

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser():
    """Chromium, named by VAELAB_CHROMIUM or found on the path."""
    path = os.environ.get("VAELAB_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        reason = "No Chromium was found; name it in VAELAB_CHROMIUM."
        if os.environ.get("VAELAB_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, headless=True, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def harness():
    """A server with a run of two dimensions, one of sixteen, a plain autoencoder, and one that trains."""
    made = create_harness({
        "two": [model_frame(trained(2))],
        "sixteen": [model_frame(trained(16))],
        "point": [model_frame(trained(2, 0.0), title="Autoencoder")],
        "training": training_frames(),
    })  # fmt: skip
    yield made
    made.stop()


@pytest.fixture
def page(browser):
    """A page whose script errors fail the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.errors = errors
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def explore(page, harness):
    """Opens the explorer on a run and waits for its first image; keyword arguments go into `data`."""

    def open_run(run: str, wait: bool = True, theme: str = "light", until: str = "load", **data):
        address = f"{harness.address}/?theme={theme}&data={quote(json.dumps({'runs': [run], **data}))}"
        page.goto(address, wait_until=until)
        if wait:
            page.wait_for_function("window.__vaelab?.drawn > 0")
        return page

    return open_run
