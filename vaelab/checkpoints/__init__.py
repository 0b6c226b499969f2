"""Checkpoints: runs and their steps on disk. Saving loses nothing, loading trusts nothing; no JAX, no pickle.

folder = save_step(run, 1200, recipe=to_json(recipe), parameters=arrays, metrics={"loss": 101.2}, command="...")
step = load_step(latest_step(run), expected={"encoder/0/kernel": ((784, 400), "float32"), ...})
"""

from vaelab.checkpoints.export import export_run
from vaelab.checkpoints.folders import Step, latest_step, load_step, read_manifest, save_step, steps
from vaelab.checkpoints.journal import append_metrics, read_metrics, read_status, write_status
from vaelab.checkpoints.runs import (
    RunSummary,
    Verified,
    about_run,
    create_run,
    find_run,
    list_runs,
    recipe_of,
    runs_root,
    shipped_root,
    sweep_of,
    verify,
    writer,
)

__all__ = [
    "RunSummary",
    "Step",
    "Verified",
    "about_run",
    "append_metrics",
    "create_run",
    "export_run",
    "find_run",
    "latest_step",
    "list_runs",
    "load_step",
    "read_manifest",
    "read_metrics",
    "read_status",
    "recipe_of",
    "runs_root",
    "save_step",
    "shipped_root",
    "steps",
    "sweep_of",
    "verify",
    "writer",
    "write_status",
]
