"""The frame of a run that nobody is training, made from its files: no JAX, so that a gallery opens at once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from vaelab.checkpoints import Step, about_run, load_step, read_metrics, recipe_of, steps
from vaelab.errors import CheckpointError
from vaelab.live.describe import decoder_names, describe, expected_parameters, initial_parameters, total_steps
from vaelab.live.frames import pack
from vaelab.recipe import Recipe, from_json

GALLERY = (
    "codes", "labels", "information", "originals", "seen", "reconstructions", "mixture_weights",
    "mixture_means", "mixture_factors", "prior_codes",
)  # fmt: skip
ROWS = 600  # Points of a curve: more than its pixels.


def newest_intact(run: Path, recipe: Recipe) -> tuple[Step | None, str]:
    """The newest step that loads, and a sentence if a newer one does not."""
    message = ""
    for folder in reversed(steps(run)):
        try:
            return load_step(folder, expected_parameters(recipe)), message
        except CheckpointError as error:
            message = message or f"{error} An earlier step is used."
    return None, message


def new_sequence() -> int:
    """A number larger than those before it, also than those of other processes; exact in JavaScript."""
    return time.time_ns() // 1_000_000


def stored_frame(run: Path, status: dict[str, Any]) -> bytes:
    """The frame of a run from its newest intact step, or from its initial weights when it has none."""
    recipe, about = from_json(recipe_of(run)), about_run(run)
    step, message = newest_intact(run, recipe)
    view: dict[str, Any] = (step.view if step else None) or {}
    if step:
        recipe, gallery = from_json(step.recipe), step.gallery or {}
        arrays = {name: step.parameters[name] for name in decoder_names(recipe)}
        arrays |= {name: gallery[name] for name in GALLERY if name in gallery}
    else:
        arrays = initial_parameters(recipe, int(about.get("seed", 0)), decoder_names(recipe))
    done = step.step if step else 0
    table, columns = history(read_metrics(run, through=done))
    per_epoch, total = total_steps(recipe)
    header = {
        "run": run.name,
        "title": about.get("title", run.name),
        "command": about.get("command", ""),
        "state": status.get("state", "trained"),
        "message": message or status.get("message", ""),
        "sequence": new_sequence(),
        "step": done,
        "steps": total,
        "epoch": done / per_epoch,
        "epochs": recipe.training.epochs,
        "steps_per_second": 0.0,
        "seconds_left": None,
        **describe(recipe),
        "metrics": step.metrics if step else {},
        "history_columns": columns,
        "marks": view.get("marks", []),
        "holes": view.get("holes"),
    }
    return pack(header, {**arrays, "history": table})


def history(rows: list[dict[str, Any]]) -> tuple[np.ndarray, list[str]]:
    """Rows of metrics -> float32 [M, columns] of at most 600 rows, first and last included, and the columns' names.

    NaN stands for what a row does not say.
    """
    columns = ["step", *(name for name in (rows[-1] if rows else {}) if name != "step")]
    chosen = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), ROWS)).round().astype(int)) if rows else []
    table = [[rows[index].get(name, np.nan) for name in columns] for index in chosen]
    return np.asarray(table, np.float32).reshape(-1, len(columns)), columns
