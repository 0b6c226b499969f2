"""What one waits for at the start: `python -m tests.benchmarks.start_up [--json FILE]`.

Each program is a fresh process, its time that on the wall until it has done what is named: the command line's help, the
first 15,000 images trained, a sample of a shipped run as a PNG; and in a real Chromium, from the click on Train to the
first step that the page hears of. Once with nothing compiled before, and then with the cache that this has filled.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks import machine
from tests.browser.app.looking import ENDLESS, told, wait_drawn
from tests.browser.app.serving import ROOT, AppServer
from tests.browser.conftest import ARGUMENTS

ROUNDS = 5
SPARE = 8.0  # Seconds on the page before the click that counts as warm: the spare worker has imported and compiled.
TRAIN = """
import os
import numpy as np
from vaelab.assign import assign
from vaelab.data.dataset import Dataset, Split
from vaelab.presets import preset
from vaelab.training.devices import configure
from vaelab.training.loop import Controls

STEPS = -(-15_000 // 128)
configure()
images = np.random.default_rng(0).integers(0, 256, (60_000, 28, 28, 1), np.uint8)
split = Split(images, np.zeros(len(images), np.int64))
recipe = assign(preset("vae").recipe, "data.name=mnist")
controls = Controls(steps=STEPS)
for progress in recipe.train(dataset=Dataset("mnist", split, split, ("0",)), controls=controls):
    controls.steps = STEPS - progress.step
    if not controls.steps:
        os._exit(0)  # Taking the process down again, a quarter of a second, is no part of it.
"""
HELP = [sys.executable, "-m", "vaelab", "--help"]
PROGRAMS = {
    "import vaelab": [sys.executable, "-c", "import vaelab"],
    "vaelab --help": HELP,
    "first 15,000 images": [sys.executable, "-c", TRAIN],
    "vaelab sample": [sys.executable, "-m", "vaelab", "sample", "digits-vae-2d", "-o", "{folder}/sample.png"],
}


def programs(folder: Path) -> dict[str, dict[str, float]]:
    """Seconds of each program, `cold` with nothing compiled and `warm` as the median of the rounds after it."""
    found = {}
    for name, command in PROGRAMS.items():
        cache = folder / f"cache-{len(found)}"
        command = [part.format(folder=folder) if "{folder}" in part else part for part in command]
        times = [_seconds(command, cache) for _ in range(1 + ROUNDS)]
        found[name] = {"cold": round(times[0], 2), "warm": round(median(times[1:]), 2)}
    return found


def _seconds(command: list[str], cache: Path) -> float:
    environment = {**os.environ, "VAELAB_CACHE_DIR": str(cache), "VAELAB_COMPILATION_CACHE": "1"}
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def clicks(folder: Path) -> dict[str, float]:
    """Seconds from the click on Train to the first step: at once on a new server, and with a warm worker.

    `cold` is the first click after the page has drawn, with nothing compiled; `restarted` the same on a second server
    that finds the first one's programs; `warm` a click after some seconds on the page, as people make it.
    """
    path = os.environ.get("VAELAB_CHROMIUM") or shutil.which("chromium")
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        for name, wait in (("cold", 0.0), ("restarted", 0.0), ("warm", SPARE)):
            (folder / name).mkdir()
            server = AppServer(folder / name)  # All share one cache, that of the folder above.
            try:
                page = browser.new_page(viewport={"width": 1440, "height": 1000})
                page.goto(f"{server.address}/?{ENDLESS}")
                wait_drawn(page)
                time.sleep(wait)
                found[name] = round(_first_step(page), 2)
                page.close()
            finally:
                server.stop()
        browser.close()
    return found


def _first_step(page: Page) -> float:
    run = told(page)["run"]
    page.get_by_role("button", name="Train this recipe").click()
    started = time.monotonic()
    while told(page)["run"] == run or not told(page)["step"]:
        time.sleep(0.01)
        assert time.monotonic() - started < 60, "No step within a minute."
    return time.monotonic() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="a file for the figures")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = {
            "machine": machine.describe(),
            "seconds": programs(Path(folder)),
            "click_to_first_step_seconds": clicks(Path(folder)),
        }
    print(json.dumps(figures, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
