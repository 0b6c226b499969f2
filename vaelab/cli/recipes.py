"""From the arguments of `vaelab train` to a recipe, and from a recipe to the run that has it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from vaelab.assign import assign
from vaelab.data import information, steps_per_epoch
from vaelab.errors import RecipeError, RunError
from vaelab.presets import PRESETS, preset
from vaelab.recipe import Recipe, from_json

LARGEST_FILE = 1 << 20
EPOCHS = "training.epochs"  # Says when to stop, not what is trained: a run may go on for more of them.


class Chosen(NamedTuple):
    """A recipe, and what to call the runs made of it."""

    name: str  # of the preset or file, such as "vae_2d"
    title: str
    recipe: Recipe


def choose(source: str, assignments: Sequence[str]) -> Chosen:
    """The preset or the file of a recipe with some fields changed; raises `RecipeError`."""
    if source in PRESETS:
        name, title, recipe = source, preset(source).title, preset(source).recipe
    elif source.endswith(".json") or os.sep in source:
        name = title = Path(source).parent.resolve().name if Path(source).name == "recipe.json" else Path(source).stem
        recipe = read(Path(source))
    else:
        name, title, recipe = source, source, preset(source).recipe  # Raises, with the names that exist.
    recipe = assign(recipe, *assignments)
    return Chosen(name, f"{title} on {information(recipe.data.name).title}", recipe)


def read(path: Path) -> Recipe:
    """The recipe in a JSON file; raises `RecipeError` naming the file."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise RecipeError(f"{path} is larger than {LARGEST_FILE:,} bytes, so it is no recipe.")
        return from_json(json.loads(path.read_bytes()))
    except OSError as error:
        raise RecipeError(f"The recipe {path} cannot be read ({error.strerror or error}).") from error
    except (ValueError, RecursionError) as error:
        raise RecipeError(f"{path} is not valid JSON ({error}).") from error


def default_name(chosen: Chosen, seed: int) -> str:
    """The same arguments give the same name, so that the same command finds its run again."""
    text = f"{chosen.name}-{chosen.recipe.data.name}-seed{seed}".lower()
    return re.sub("[^0-9a-z]+", "-", text).strip("-")[:64].strip("-")


def examples(recipe: Recipe) -> int:
    """Images to train on, known without loading them."""
    return recipe.data.examples or information(recipe.data.name).train


def steps(recipe: Recipe) -> int:
    """Steps from the first to the last epoch."""
    return steps_per_epoch(examples(recipe), recipe.training.batch_size) * recipe.training.epochs


def require_same(name: str, there: dict[str, Any], here: dict[str, Any]) -> None:
    """Raise `RunError` with the fields that differ, unless both JSON recipes train the same model."""
    found = [line for path, line in differences(there, here) if path != EPOCHS]
    if found:
        raise RunError(
            f"The run {name} was made with another recipe, which differs in {'; '.join(found)}. "
            "Choose another name with --name, or the same recipe to train on."
        )


def differences(there: Any, here: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Pairs of a field's path and a phrase with both values, for each field in which two recipes differ."""
    if isinstance(there, dict) and isinstance(here, dict) and there.get("kind") == here.get("kind"):
        for name in sorted(there.keys() | here.keys()):
            yield from differences(there.get(name), here.get(name), f"{path}.{name}".lstrip("."))
    elif there != here:
        yield path, f"{path} ({_shown(there)} there, {_shown(here)} here)"


def _shown(value: Any) -> str:
    """A value of a recipe's JSON in few words."""
    if isinstance(value, dict):
        settings = ", ".join(f"{name}={_shown(entry)}" for name, entry in value.items() if name != "kind")
        return f"{value.get('kind')}({settings})" if settings else str(value.get("kind"))
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return str(value)
