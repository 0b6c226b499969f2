"""What there is: `vaelab presets` and `runs`; and whether it is intact: `vaelab verify`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vaelab.cli.arguments import Json, Runs
from vaelab.cli.output import remark, say, say_json, table
from vaelab.errors import CheckpointError

if TYPE_CHECKING:
    from pathlib import Path

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


def runs(
    text: Annotated[str, typer.Option("--find", metavar="WORDS", help="Only those that are described so.")] = "",
    data: Annotated[str, typer.Option("--data", metavar="NAME", help="Only those of this data set.")] = "",
    state: Annotated[str, typer.Option("--state", metavar="NAME", help="Only those in this state.")] = "",
    runs: Runs = None,
    json: Json = False,
) -> None:
    """List your runs, and the trained ones that come with vaelab."""
    from vaelab import checkpoints

    own, shipped = checkpoints.runs_root() if runs is None else runs, checkpoints.shipped_root()
    wanted = {"text": text, "data": data, "states": [state] if state else []}
    present = [run._replace(state=_state(run)) for run in checkpoints.list_runs(own)]
    found = [_entry(run, False) for run in checkpoints.matching(present, **wanted)]
    found += [_entry(run, True) for run in checkpoints.matching(checkpoints.list_runs(shipped), **wanted)]
    if json:
        say_json(found)
    elif found:
        columns = ("name", "state", "step", "data", "when", "title")
        rows = [["" if entry[column] is None else str(entry[column]) for column in columns] for entry in found]
        table(columns, rows)
    elif any(wanted.values()):
        remark("No run is like that; vaelab runs lists all of them.")
    else:
        remark(f"There are no runs in {own} yet; make one with: vaelab train vae")


def _entry(run: RunSummary, shipped: bool) -> dict[str, Any]:
    from vaelab import checkpoints

    return {
        "name": run.name,
        "state": run.state,
        "step": run.step,
        "data": checkpoints.data_of(run.recipe) or None,
        "when": run.created or None,
        "title": run.title,
        "note": run.note,
        "recipe": checkpoints.in_words(run.recipe),
        "metrics": run.metrics,
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


def verify(
    run: Annotated[
        str | None,
        typer.Argument(metavar="[RUN]", help="A folder or a name; without, all of your runs.", show_default=False),
    ] = None,
    runs: Runs = None,
) -> None:
    """Compare every file of a run, or of all, with the checksum it was saved with; exit with 0 if all agree, or 2."""
    from vaelab import checkpoints
    from vaelab.cli.saved import find

    if run is not None:
        say(_intact(find(run, runs)))
        return
    root, damaged = runs or checkpoints.runs_root(), []
    found = checkpoints.list_runs(root)
    for each in found:
        if not checkpoints.steps(each.folder):
            continue  # It was never trained so far that there is something to compare.
        try:
            say(_intact(each.folder))
        except CheckpointError as error:
            remark(str(error))
            damaged.append(each.name)
    if damaged:
        raise CheckpointError(f"{len(damaged)} of {len(found)} runs in {root} are damaged: {', '.join(damaged)}.")
    remark(f"All {len(found)} runs in {root} are intact.")


def _intact(folder: Path) -> str:
    from vaelab import checkpoints

    found = checkpoints.verify(folder)
    steps = ", ".join(f"{step:,}" for step in found.steps)
    return f"{folder} is intact: step {steps}; {found.files} files, {found.bytes / 1e6:.1f} MB."
