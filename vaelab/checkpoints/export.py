"""A trained run without what only training needs: small enough to ship, complete enough to explore and evaluate."""

from __future__ import annotations

from pathlib import Path

from vaelab.checkpoints.folders import latest_step, load_step, save_step
from vaelab.checkpoints.journal import append_metrics, read_metrics
from vaelab.checkpoints.runs import about_run, create_run, recipe_of, sweep_of
from vaelab.errors import CheckpointError


def export_run(run: Path, target: Path, title: str = "") -> Path:
    """Copy the newest step of a run, without its training state, to a folder that does not exist yet."""
    newest = latest_step(run)
    if newest is None:
        raise CheckpointError(f"{run.name} has no complete step yet; train it first.")
    step, about = load_step(newest), about_run(run)
    create_run(
        target,
        recipe_of(run),
        title=title or str(about.get("title", run.name)),
        command=step.command,
        seed=int(about.get("seed", 0)),
        created=str(about.get("created", "")),
        sweep=[folder.name for folder in sweep_of(run)] if about.get("sweep") else (),
    )
    append_metrics(target, read_metrics(run, through=step.step))
    return save_step(
        target,
        step.step,
        recipe=step.recipe,
        parameters=step.parameters,
        training=None,
        gallery=step.gallery,
        view=step.view,
        metrics=step.metrics,
        command=step.command,
    )
