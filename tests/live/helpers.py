"""A tiny recipe, folders as a worker leaves them, and patience that ends."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from vaelab.checkpoints import append_metrics, create_run, save_step
from vaelab.live.describe import expected_parameters
from vaelab.live.frames import unpack
from vaelab.nets import Dense
from vaelab.presets import preset
from vaelab.recipe import Recipe
from vaelab.spec import replace, to_json

LONG = 100_000  # Epochs that no test waits for.
BETA, RATE = "objective.penalties.GaussianKL.weight", "training.learning_rate"


def tiny(epochs: int = 5) -> Recipe:
    """A VAE on the embedded digits with 8 hidden units, 11 steps per epoch."""
    recipe = preset("vae_2d").recipe
    training = replace(recipe.training, epochs=epochs)
    return replace(recipe, backbone=Dense(hidden=(8,)), training=training)


def stored_run(run: Path, step: int = 30, recipe: Recipe | None = None, **changes: Any) -> Path:
    """A run as it lies on disk, with one step; nothing was computed."""
    recipe = recipe or tiny()
    create_run(run, to_json(recipe), title="A title", command="vaelab train", seed=3, created="2026-01-01")
    append_metrics(run, [{"step": s, "loss": 50.0 - s, "reconstruction": 40.0, "kl": 1.0} for s in (10, 20, 30, 40)])
    arguments = {
        "recipe": to_json(recipe),
        "parameters": {
            name: np.full(shape, 0.5, np.float32) for name, (shape, _) in expected_parameters(recipe).items()
        },
        "gallery": {
            "codes": np.ones((9, 2), np.float32),
            "labels": np.arange(9, dtype=np.uint8),
            "information": np.ones(2, np.float32),
        },
        "view": {"marks": [{"step": 12, "text": f"{BETA} 1 -> 4"}], "holes": {"share": 0.25, "image_distance": 5.0}},
        "metrics": {"loss": 20.0},
        "command": "vaelab train",
    }
    save_step(run, step, **(arguments | changes))
    return run


def wait_for(condition: Callable[[], Any], seconds: float = 60) -> Any:
    """The first true value of a condition; fails when it takes too long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.01)
    raise AssertionError("It did not happen in time.")


def start(runs, epochs=LONG, recipe=None, **changes):
    """Start a tiny run; returns its id."""
    return runs.start(to_json(recipe or tiny(epochs)), **({"title": "T", "command": "C", "seed": 1} | changes))


def state(runs, run, wanted, seconds=60):
    """Wait for a state; another state in which nothing more will happen fails at once."""

    def reached():
        status = runs.status(run)
        assert status["state"] == wanted or status["live"] or status["state"] == "queued", status
        return status["state"] == wanted and status

    return wait_for(reached, seconds)


def frame(runs, run):
    """Header and arrays of the newest frame."""
    return unpack(runs.frame(run))


def training(runs, run, after=0):
    """Wait until a run has gone beyond a step; returns its frame."""
    return wait_for(lambda: (found := frame(runs, run)) and found[0]["step"] > after and found)
