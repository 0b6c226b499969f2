"""Start, continue and replace runs for the pages."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from vaelab.data import information
from vaelab.errors import RunError, VaelabError
from vaelab.live.states import OVER, RESUMABLE
from vaelab.presets import PRESETS, preset
from vaelab.recipe import Recipe, from_json
from vaelab.spec import to_json
from vaelab.sweep import variants
from vaelab.ui.address import differences
from vaelab.ui.server import runs, visitor


def command_of(name: str, recipe: Recipe, seed: int) -> str:
    """The command line that trains the same thing."""
    return f"vaelab train {name} --seed {seed} {_settings(name, recipe)}".strip()


def _settings(name: str, recipe: Recipe) -> str:
    changes = differences(preset(name).recipe, recipe)
    return " ".join(f"--set {shlex.quote(change)}" for change in changes)


def start(name: str, recipe: Recipe, seed: int, title: str = "") -> str:
    """Train a recipe from new weights; returns the run's id."""
    title = title or _title(name, recipe)
    command = command_of(name, recipe, seed)
    return runs().start(to_json(recipe), seed=seed, title=title, command=command, visitor=visitor())


def start_sweep(name: str, recipe: Recipe, seed: int, path: str, values: Sequence[float]) -> str:
    """Train a recipe with several values of a knob, together; returns the id of the first run."""
    numbers = ",".join(f"{value:g}" for value in values)
    command = f"vaelab sweep {name} --vary {path}={numbers} --seeds {seed} {_settings(name, recipe)}".strip()
    found = variants(recipe, {path: values}, [seed])
    title = _title(name, recipe)
    return runs().start_sweep(found, title=title, command=command, visitor=visitor())[0]


def _title(name: str, recipe: Recipe) -> str:
    return f"{PRESETS[name].title} on {information(recipe.data.name).title}"


def stop(run: str) -> None:
    """Stop a run if it is going."""
    try:
        runs().command(run, "stop")
    except RunError:
        return  # It had ended, or was never one of ours.


def trains(run: str, recipe: Recipe, seed: int) -> bool:
    """Whether a run of this server is of that recipe and seed, so that Train means to go on with it."""
    if not run or not runs().known(run):
        return False
    try:
        about = runs().about(run)
        return about.get("seed") == seed and from_json(about["recipe"]) == recipe
    except VaelabError:
        return False


def go_on(run: str, recipe: Recipe) -> None:
    """Continue a run that stands, by as many epochs again if it has done all it was made for."""
    state = runs().status(run)["state"]
    if state in OVER:
        runs().resume(run, epochs=recipe.training.epochs)
    elif state in RESUMABLE:
        runs().resume(run)
