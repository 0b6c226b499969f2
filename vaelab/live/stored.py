"""The frame of a run that nobody is training, made from its files: no JAX, so that a gallery opens at once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from vaelab.checkpoints import Step, about_run, load_step, read_metrics, recipe_of, steps
from vaelab.checkpoints.manifest import is_metric, is_step
from vaelab.errors import CheckpointError
from vaelab.live.describe import decoder_names, describe, expected_parameters, initial_parameters, total_steps
from vaelab.live.frames import pack
from vaelab.recipe import Recipe, from_json

GALLERY = (
    "codes", "labels", "information", "originals", "seen", "reconstructions", "mixture_weights",
    "mixture_means", "mixture_factors", "prior_codes",
)  # fmt: skip
ROWS = 600  # Points of a curve: more than its pixels.
LONGEST_TEXT, LONGEST_COMMAND = 400, 4000  # Characters of a title or a message, and of a command line.
MARKS, LONGEST_MARK = 200, 200  # Marks on the curves, and the characters of one.


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
        "title": shown(about.get("title", run.name)),
        "command": shown(about.get("command", ""), LONGEST_COMMAND),
        "state": status.get("state", "trained"),
        "message": shown(message or str(status.get("message", ""))),
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
        "marks": marks_of(view),
        "holes": _holes_of(view),
    }
    return pack(header, {**arrays, "history": table})


def shown(text: str, longest: int = LONGEST_TEXT) -> str:
    """A text that somebody else may have written, at the length that a page has room for."""
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def marks_of(view: dict[str, Any]) -> list[dict[str, Any]]:
    """The marks on the curves that a step came with; what is none is left out: anybody may have written the file."""
    found = view.get("marks")
    return [
        {"step": mark["step"], "text": mark["text"][:LONGEST_MARK]}
        for mark in (found if isinstance(found, list) else [])
        if isinstance(mark, dict) and is_step(mark.get("step")) and isinstance(mark.get("text"), str)
    ][-MARKS:]


def _holes_of(view: dict[str, Any]) -> dict[str, Any] | None:
    found = view.get("holes")
    return found if isinstance(found, dict) and found and all(map(is_metric, found.values())) else None


def history(rows: list[dict[str, Any]]) -> tuple[np.ndarray, list[str]]:
    """Rows of metrics -> float32 [M, columns] of at most 600 rows, first and last included, and the columns' names.

    NaN stands for what a row does not say.
    """
    columns = ["step", *(name for name in (rows[-1] if rows else {}) if name != "step")]
    chosen = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), ROWS)).round().astype(int)) if rows else []
    table = [[rows[index].get(name, np.nan) for name in columns] for index in chosen]
    return np.asarray(table, np.float32).reshape(-1, len(columns)), columns
