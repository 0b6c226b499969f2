"""Checkpoints: runs and their steps on disk. Saving loses nothing, loading trusts nothing; no JAX, no pickle.

folder = save_step(run, 1200, recipe=to_json(recipe), parameters=arrays, metrics={"loss": 101.2}, command="...")
step = load_step(latest_step(run), expected={"encoder/0/kernel": ((784, 400), "float32"), ...})
"""

from vaelab.checkpoints.archive import import_run, pack_run
from vaelab.checkpoints.export import export_run
from vaelab.checkpoints.folders import Step, latest_step, load_step, read_manifest, save_step, steps
from vaelab.checkpoints.journal import append_metrics, read_metrics, read_status, write_status
from vaelab.checkpoints.labels import label_run
from vaelab.checkpoints.listing import curve, data_of, differing, in_words, matching
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
from vaelab.checkpoints.script import Script, script_of
from vaelab.checkpoints.shares import Share, create_share, find_share, revoke_share, shares_of
from vaelab.checkpoints.trash import empty_trash, remove_run, restore_run

__all__ = [
    "RunSummary",
    "Script",
    "Share",
    "Step",
    "Verified",
    "about_run",
    "append_metrics",
    "create_run",
    "create_share",
    "curve",
    "data_of",
    "differing",
    "empty_trash",
    "export_run",
    "find_run",
    "find_share",
    "import_run",
    "in_words",
    "label_run",
    "latest_step",
    "list_runs",
    "load_step",
    "matching",
    "pack_run",
    "read_manifest",
    "read_metrics",
    "read_status",
    "recipe_of",
    "remove_run",
    "restore_run",
    "revoke_share",
    "runs_root",
    "save_step",
    "script_of",
    "shares_of",
    "shipped_root",
    "steps",
    "sweep_of",
    "verify",
    "write_status",
    "writer",
]
