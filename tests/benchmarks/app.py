"""How live the app is on this machine, in a real Chromium: `python -m tests.benchmarks.app [--json FILE]`.

First image after the server answers; image updates while a slider and the pin are dragged, idle and while a run trains
on the same cores; from the click on Train to the first visible change; how soon a pause stops the steps; and the
held-out bound of a 2-D VAE on 10,000 MNIST images 15 seconds after the click, where MNIST is at hand.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.browser.app.looking import ENDLESS, drag, middle, picture, sweep, told, train, transport, wait_drawn
from tests.browser.app.serving import AppServer
from tests.browser.conftest import ARGUMENTS

WARM = 25.0  # Seconds in which the spare worker imports and compiles what is on the screen.
MNIST = "data=mnist&preset=vae_2d&set=data.examples%3D10000&set=training.epochs%3D1000"
SECONDS = 15.0  # After the click, digits must be recognisable:
PASS = 165.0  # nats; untrained 550, one Gaussian blur for all digits 206, the shipped run 149.


def measure(page: Page, server: AppServer) -> dict[str, Any]:
    """All figures that need no MNIST."""
    figures: dict[str, Any] = {}
    page.goto(f"{server.address}/?{ENDLESS}")
    wait_drawn(page)
    figures["first_image_seconds"] = time.monotonic() - server.ready
    figures["jax_in_web_process"] = "jaxlib" in Path(f"/proc/{server.pid}/maps").read_text()
    time.sleep(WARM)
    figures["drag_idle"] = {"slider": drag_slider(page), "pin": drag_pin(page)}
    figures["train_to_change_seconds"] = first_change(page)
    time.sleep(3)
    figures["drag_while_training"] = {"slider": drag_slider(page), "pin": drag_pin(page)}
    figures["pause_seconds"] = pause(page)
    return figures


def drag_slider(page: Page) -> dict[str, float]:
    """Along the first slider."""
    start = middle(page.locator(".slider-track").first)
    page.locator(".slider-track").first.dblclick()
    width = page.locator(".slider-track").first.bounding_box()["width"]  # type: ignore[index]
    return summary(drag(page, start, sweep(start, (0.4 * width, 0), 240))[1])


def drag_pin(page: Page) -> dict[str, float]:
    """Across the map, from where the pin has been put."""
    box = page.locator(".map-stage").bounding_box()
    assert box
    start = (box["x"] + 0.4 * box["width"], box["y"] + 0.4 * box["height"])
    page.mouse.click(*start)
    return summary(drag(page, start, sweep(start, (0.3 * box["width"], 0.2 * box["height"]), 240))[1])


def summary(measured: dict) -> dict[str, float]:
    """Updates a second, and milliseconds from the pointer's event to the pixels."""
    late = measured["latencies"]
    return {
        "updates_per_second": round(measured["per_second"], 1),
        "p50_ms": round(late[len(late) // 2], 1),
        "p95_ms": round(late[int(0.95 * (len(late) - 1))], 1),
    }


def first_change(page: Page) -> float:
    """From the click to the first picture of the new run that has changed since its first."""
    before, run = picture(page), told(page)["run"]
    page.get_by_role("button", name="Train this recipe").click()
    started = time.monotonic()
    while told(page)["run"] == run or told(page)["step"] == 0 or picture(page) == before:
        time.sleep(0.01)
        assert time.monotonic() - started < 60
    return time.monotonic() - started


def pause(page: Page) -> float:
    """From the click on Pause until a frame says that the run has paused."""
    started = time.monotonic()
    transport(page, "Pause").click()
    while told(page)["state"] != "paused":
        time.sleep(0.005)
        assert time.monotonic() - started < 30
    return time.monotonic() - started


def mnist(page: Page, server: AppServer) -> dict[str, float]:
    """The bound that a run has reached some seconds after the click."""
    page.goto(f"{server.address}/?{MNIST}")
    wait_drawn(page)
    time.sleep(WARM)
    started = time.monotonic()
    run = train(page)
    time.sleep(max(0.0, started + SECONDS - time.monotonic()))
    page.screenshot(path=str(server.runs.parent / "fifteen-seconds.png"))
    transport(page, "Stop").click()
    while told(page)["state"] != "stopped":
        time.sleep(0.05)
    return {"steps": told(page)["step"], "negative_elbo": bound(server.runs / run), "pass": PASS}


def bound(run: Path) -> float:
    """The negative ELBO of a run's newest step on MNIST's test set, in nats."""
    from vaelab.checkpoints import latest_step, load_step
    from vaelab.data import load
    from vaelab.evaluation.bounds import bounds
    from vaelab.evaluation.protocol import held_out
    from vaelab.model import load_parameters
    from vaelab.recipe import from_json

    step = load_step(latest_step(run) or run)
    recipe = from_json(step.recipe)
    model = recipe.build()
    load_parameters(model, step.parameters)
    targets = held_out(load("mnist").test.images, recipe.data.binarization)
    return bounds(model, recipe.objective.likelihood, targets).negative_elbo or float("nan")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="a file for the figures")
    arguments = parser.parse_args()
    data = os.environ.get("VAELAB_DATA_DIR", "")
    path = os.environ.get("VAELAB_CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        (Path(folder) / "app").mkdir()
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        server = AppServer(Path(folder) / "app", VAELAB_DATA_DIR=data)
        try:
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            figures = measure(page, server)
            if data:
                figures["mnist_2d_10000"] = mnist(page, server)
        finally:
            browser.close()
            server.stop()
    print(json.dumps(figures, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
