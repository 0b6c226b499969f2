"""What the small files of a run may hold, when they come from elsewhere: of the right kind, bounded, finite."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from vaelab.checkpoints.labels import LONGEST_TITLE, note_of, title_of
from vaelab.checkpoints.tensors import require_finite
from vaelab.errors import CheckpointError
from vaelab.recipe import Recipe

LONGEST_COMMAND = 10_000
MOST_ROWS, MOST_COLUMNS, MOST_MARKS = 200_000, 100, 1000
LARGEST_SEED = 2**31 - 1


def about(found: Any, file: str) -> dict[str, Any]:
    """Title, command, seed, date and note, and nothing else; raises `CheckpointError`."""
    wanted = {"title": str, "command": str, "seed": int, "created": str}
    sound = isinstance(found, dict) and all(type(found.get(name)) is kind for name, kind in wanted.items())
    if not sound or not 0 <= found["seed"] <= LARGEST_SEED or not isinstance(found.get("note", ""), str):
        raise CheckpointError(f"{file} does not say in run.json what the run is called, its seed and its date.")
    created, command = found["created"], found["command"]
    try:
        _ = created == "" or datetime.fromisoformat(created)
    except ValueError:
        raise CheckpointError(f"{file} has the date {created!r:.40}, which is none.") from None
    if len(command) > LONGEST_COMMAND or not all(character.isprintable() for character in command):
        raise CheckpointError(f"{file} has a command in run.json that is too long or cannot be printed.")
    known = {"format": 1, "title": title_of(found["title"][:LONGEST_TITLE]), "command": command}
    note = {"note": note_of(found["note"])} if found.get("note") else {}
    return {**known, "seed": found["seed"], "created": created, **note}


def rows(content: bytes, file: str) -> list[dict[str, Any]]:
    """The curves: a step and finite numbers per line; raises `CheckpointError` for anything else."""
    lines = content.splitlines()
    if len(lines) > MOST_ROWS:
        raise CheckpointError(f"{file} has curves of {len(lines):,} points; at most {MOST_ROWS:,} are accepted.")
    found = []
    for line in lines:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict) or type(row.get("step")) is not int or len(row) > MOST_COLUMNS:
            raise CheckpointError(f"{file} has a line in metrics.jsonl that is no point of a curve.")
        require_numbers(row, file)
        found.append(row)
    return found


def rows_to_bytes(found: list[dict[str, Any]]) -> bytes:
    """The curves as they lie on disk, one JSON object per line."""
    return "".join(json.dumps(row, allow_nan=False) + "\n" for row in found).encode()


def require_numbers(found: Mapping[str, Any], file: str) -> None:
    """Raise `CheckpointError` unless every value is a finite number, or None where there was none."""
    for name, value in found.items():
        number = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300
        if not isinstance(name, str) or len(name) > 200 or not (number or value is None):
            raise CheckpointError(f"{file} has the metric {name!r:.80}, whose value is no finite number.")


def require_gallery(found: Mapping[str, np.ndarray], recipe: Recipe, file: str) -> None:
    """Raise `CheckpointError` unless the arrays that a viewer shows fit each other and the recipe."""
    size, shape = recipe.architecture().latent, recipe.shape
    fitting = {  # After the first axis: the examples, drawn codes, or parts of a mixture.
        "codes": (size,),
        "labels": (),
        "information": (),
        "originals": shape,
        "seen": shape,
        "reconstructions": shape,
        "prior_codes": (size,),
        "mixture_weights": (),
        "mixture_means": (size,),
        "mixture_factors": (size, size),
    }
    for name, array in found.items():
        kind = np.uint8 if name in ("labels", "originals", "seen", "reconstructions") else np.float32
        if name not in fitting or array.dtype != kind or array.ndim == 0 or array.shape[1:] != fitting[name]:
            raise CheckpointError(f"{file} has the array {name!r:.80} to look at, which does not fit its recipe.")
    counts = {name: len(array) for name, array in found.items()}
    alike = [("codes", "labels"), ("originals", "reconstructions"), ("originals", "seen")]
    alike += [("mixture_weights", "mixture_means"), ("mixture_weights", "mixture_factors")]
    wrong = [pair for pair in alike if pair[1] in counts and counts[pair[1]] != counts.get(pair[0])]
    if wrong or counts.get("information", size) != size:
        raise CheckpointError(f"{file} has arrays to look at that do not fit each other.")
    require_finite(found, file)


def require_view(found: Mapping[str, Any], file: str) -> None:
    """Raise `CheckpointError` unless marks are short texts at steps, and the hole meter two numbers."""
    marks, holes = found.get("marks", []), found.get("holes")
    sound = isinstance(marks, list) and len(marks) <= MOST_MARKS and found.keys() <= {"marks", "holes"}
    if not sound or not all(map(_is_mark, marks)):
        raise CheckpointError(f"{file} has marks on its curves that are none.")
    if holes is not None:
        values = holes.values() if isinstance(holes, dict) and len(holes) < 10 else [math.nan]
        if not all(isinstance(value, (int, float)) and math.isfinite(value) for value in values):
            raise CheckpointError(f"{file} has a hole meter without numbers.")


def _is_mark(mark: Any) -> bool:
    return (
        isinstance(mark, dict)
        and mark.keys() == {"step", "text"}
        and type(mark["step"]) is int
        and isinstance(mark["text"], str)
        and len(mark["text"]) <= 300
    )
