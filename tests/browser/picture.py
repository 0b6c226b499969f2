"""`python -m tests.browser.picture FILE.png`: the README's picture, the playground with a run that ships."""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.app.looking import wait_drawn
from tests.browser.app.serving import AppServer
from tests.browser.conftest import ARGUMENTS

STATE = "data=mnist&preset=vae_2d&z=0.9,0.6"
VIEWPORT = {"width": 1440, "height": 1180}


def take(file: Path) -> None:
    """Show the state on a server of its own and keep what is seen."""
    path = os.environ.get("VAELAB_CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        data = Path(folder) / "app"
        data.mkdir()
        server = AppServer(data)
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            page = browser.new_page(viewport=VIEWPORT, color_scheme="light")
            page.goto(f"{server.address}/?{STATE}")
            wait_drawn(page)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=file)
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser("python -m tests.browser.picture", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE.png")
    take(parser.parse_args().file)
