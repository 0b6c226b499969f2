"""A run as a Python script that trains it again: the recipe in the words of the library, the seed, the step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from vaelab.checkpoints import manifest
from vaelab.checkpoints.folders import latest_step, load_step
from vaelab.checkpoints.runs import about_run, recipe_of
from vaelab.errors import CheckpointError
from vaelab.recipe import Recipe, from_json
from vaelab.spec import Spec, fields
from vaelab.training.schedules import Constant

WIDTH = 120
TEMPLATE = '''"""{title}: trains this run again, from its first step to step {step:,}. Written by vaelab {version}.
{caveats}
    python SCRIPT.py [model.safetensors]        where the parameters are written
"""

import sys
from pathlib import Path

from vaelab import {names}
from vaelab.checkpoints.tensors import encode
from vaelab.model import parameters
from vaelab.training.threads import suit

RECIPE = {recipe}
SEED, STEPS = {seed}, {step}


def main(target: str = "model.safetensors") -> None:
    """Train, and write the parameters."""
    suit(RECIPE.architecture(), RECIPE.training.batch_size)  # The order of sums, and with it the last bit.
    controls = Controls(steps=STEPS)
    for progress in RECIPE.train(seed=SEED, controls=controls):
        print(f"step {{progress.step}}, epoch {{progress.epoch:.1f}}:", progress.metrics)
        controls.steps = STEPS - progress.step
        if not controls.steps:
            break
    Path(target).write_bytes(encode(parameters(RECIPE.restore(progress.state)), target))


if __name__ == "__main__":
    main(*sys.argv[1:])
'''


class Script(NamedTuple):
    """A Python script, and a sentence for each reason why it may not lead to the very same numbers."""

    text: str
    caveats: list[str]


def script_of(run: Path) -> Script:
    """The script that trains a run to its newest step; raises `CheckpointError` when it has none."""
    newest = latest_step(run)
    if newest is None:
        raise CheckpointError(f"{run.name} has no complete step yet; train it first.")
    step, about = load_step(newest), about_run(run)
    recipe = from_json(step.recipe)
    caveats = _caveats(recipe, from_json(recipe_of(run)), (step.view or {}).get("marks", []))
    names = sorted({"Controls", "Recipe", *_names(recipe)}, key=str.lower)
    text = TEMPLATE.format(
        title=_quoted(str(about.get("title", run.name))),
        step=step.step,
        version=manifest.versions().get("vaelab", ""),
        caveats="".join(f"\n{_quoted(caveat)}\n" for caveat in caveats),
        names=_listed(names),
        recipe=python(recipe),
        seed=int(about.get("seed", 0)),
    )
    return Script(text, caveats)


def _caveats(recipe: Recipe, started: Recipe, marks: list[Any]) -> list[str]:
    found = []
    if marks:
        told = "; ".join(f"step {mark.get('step')}: {mark.get('text')}" for mark in marks if isinstance(mark, dict))
        found.append(f"Knobs were turned while the run trained, which is not repeated here ({told[:500]}).")
    longer = recipe.training.epochs != started.training.epochs
    if longer and not isinstance(recipe.training.schedule, Constant):
        found.append("The run was trained on for more epochs, so its learning rate took another course than here.")
    return found


def python(value: Any, indent: int = 0) -> str:
    """A spec, or what is in one, as Python that builds it; on several lines where one would be too long."""
    if isinstance(value, Spec):
        parts = [f"{field.name}={{}}" for field in fields(type(value))]
        values = [getattr(value, field.name) for field in fields(type(value))]
        return _joined(f"{type(value).__name__}(", parts, values, ")", indent)
    if isinstance(value, tuple):
        inner = ["{}"] * len(value)
        return _joined("(", inner, list(value), ",)" if len(value) == 1 else ")", indent)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _joined(start: str, parts: list[str], values: list[Any], end: str, indent: int) -> str:
    flat = start + ", ".join(p.format(python(v, 0)) for p, v in zip(parts, values, strict=True)) + end
    if len(flat) + indent <= WIDTH - 20 and "\n" not in flat:
        return flat
    inner = " " * (indent + 4)
    lines = [f"{inner}{p.format(python(v, indent + 4))},\n" for p, v in zip(parts, values, strict=True)]
    return f"{start}\n{''.join(lines)}{' ' * indent}{end.lstrip(',')}"


def _names(value: Any) -> set[str]:
    if isinstance(value, Spec):
        inner = (_names(getattr(value, field.name)) for field in fields(type(value)))
        return {type(value).__name__}.union(*inner)
    return set().union(*map(_names, value)) if isinstance(value, tuple) else set()


def _listed(names: list[str]) -> str:
    flat = ", ".join(names)
    return flat if len(flat) < WIDTH - 20 else "(\n" + "".join(f"    {name},\n" for name in names) + ")"


def _quoted(text: str) -> str:
    """Text that can stand in a docstring and not end it."""
    return text.replace("\\", "/").replace('"', "'")
