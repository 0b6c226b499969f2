"""What there is: `vaelab presets` and `runs`; and whether it is intact: `vaelab verify`;
and a copy to take elsewhere: `vaelab export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vaelab.cli.arguments import Json, Run, Runs
from vaelab.cli.output import remark, say, say_json, table

if TYPE_CHECKING:
    from vaelab.checkpoints import RunSummary
    from vaelab.recipe import Recipe

UNDER_WAY = ("starting", "compiling", "training")  # States in which a process works on the run.


def presets(json: Json = False) -> None:
    """List the models of the literature that can be trained by name."""
    from vaelab.presets import PRESETS
    from vaelab.spec import to_json

    found = [
        {
            "name": preset.name,
            "title": preset.title,
            "paper": preset.paper,
            "axes": _axes(preset.recipe),
            "figure": preset.figure,
            "recipe": to_json(preset.recipe),
        }
        for preset in PRESETS.values()
    ]
    if json:
        say_json(found)
        return
    for entry in found:
        say(f"{entry['name']:<16} {entry['title']}\n    {_combination(entry['axes'])}")
        say(f"    {entry['paper']}\n    {entry['figure']}")


def _combination(axes: dict[str, Any]) -> str:
    """The choices that make the model, in the order in which data meet them."""
    penalties = axes["penalties"]
    corruption = [axes["corruption"]] if axes["corruption"] != "NoCorruption" else []
    return " + ".join([*corruption, axes["backbone"], axes["bottleneck"], axes["likelihood"], *penalties])


def _axes(recipe: Recipe) -> dict[str, Any]:
    """The choice on each axis by its kind; sizes and weights are in the recipe."""
    objective = recipe.objective
    return {
        "data": recipe.data.name,
        "binarization": recipe.data.binarization,
        "corruption": type(objective.corruption).__name__,
        "backbone": type(recipe.backbone).__name__,
        "bottleneck": type(recipe.bottleneck).__name__,
        "likelihood": type(objective.likelihood).__name__,
        "penalties": [type(penalty).__name__ for penalty in objective.penalties],
        "objective": type(objective).__name__,
    }


def runs(runs: Runs = None, json: Json = False) -> None:
    """List your runs, and the trained ones that come with vaelab."""
    from vaelab import checkpoints

    own, shipped = checkpoints.runs_root() if runs is None else runs, checkpoints.shipped_root()
    found = [_entry(run, False) for run in checkpoints.list_runs(own)]
    found += [_entry(run, True) for run in checkpoints.list_runs(shipped)]
    if json:
        say_json(found)
    elif found:
        columns = ("name", "state", "step", "data", "when", "title")
        rows = [["" if entry[column] is None else str(entry[column]) for column in columns] for entry in found]
        table(columns, rows)
    else:
        remark(f"There are no runs in {own} yet; make one with: vaelab train vae")


def _entry(run: RunSummary, shipped: bool) -> dict[str, Any]:
    data = run.recipe.get("data")
    return {
        "name": run.name,
        "state": _state(run),
        "step": run.step,
        "data": data.get("name") if isinstance(data, dict) else None,
        "when": run.created or None,
        "title": run.title,
        "message": run.message,
        "command": run.command,
        "folder": str(run.folder),
        "shipped": shipped,
    }


def _state(run: RunSummary) -> str:
    """The state on disk, unless it needs a living process and there is none: then that was killed."""
    from vaelab import checkpoints

    status = checkpoints.read_status(run.folder)
    if run.state in UNDER_WAY and not _alive(status.get("pid"), status.get("started")):
        return "interrupted"
    return run.state


def _alive(pid: Any, started: Any) -> bool:
    """Whether the very process that was started then still runs."""
    import psutil

    try:
        return abs(psutil.Process(pid).create_time() - started) < 1.0
    except (psutil.Error, TypeError, ValueError, OverflowError):
        return False


def verify(run: Run, runs: Runs = None) -> None:
    """Compare every file of a run with the checksum it was saved with; exit with 0 if all agree, or 2."""
    from vaelab import checkpoints
    from vaelab.cli.saved import find

    folder = find(run, runs)
    found = checkpoints.verify(folder)
    steps = ", ".join(f"{step:,}" for step in found.steps)
    say(f"{folder} is intact: step {steps}; {found.files} files, {found.bytes / 1e6:.1f} MB.")


def export(
    run: Run,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that does not exist yet.")],
    title: Annotated[str, typer.Option(metavar="TEXT", help="What to call it; as it is called unless given.")] = "",
    runs: Runs = None,
) -> None:
    """Copy a run to a new folder without what only training needs: to explore, sample and evaluate elsewhere."""
    from vaelab import checkpoints
    from vaelab.cli.saved import find

    step = checkpoints.export_run(find(run, runs), folder, title)
    size = sum(file.stat().st_size for file in step.iterdir()) / 1e6
    say(f"Exported to {folder}: {size:.1f} MB.")
