"""A run is a folder: recipe, what it is called and how it was made, status, metrics, steps.

A name that a visitor sends is looked up, never joined into a path that could leave the folder of runs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock, Timeout

from vaelab.checkpoints import files, journal, manifest
from vaelab.checkpoints.folders import RECIPE, load_step, newest_manifest, steps
from vaelab.errors import CheckpointError

ABOUT, LOCK = "run.json", ".lock"
NAME = re.compile(r"[0-9a-z][0-9a-z-]{0,63}")


class RunSummary(NamedTuple):
    """One line of a list of runs; `state` is "damaged" with a sentence in `message` when nothing can be loaded."""

    name: str
    folder: Path
    title: str
    command: str
    state: str
    message: str
    step: int | None
    recipe: dict[str, Any]
    metrics: dict[str, Any]
    created: str
    note: str = ""
    seed: int = 0


class Verified(NamedTuple):
    """What `verify` has re-hashed: the steps' numbers, and how many files and bytes they hold."""

    steps: tuple[int, ...]
    files: int
    bytes: int


def runs_root() -> Path:
    """Where new runs go: `VAELAB_RUNS_DIR`, or `runs` in the current folder."""
    return Path(os.environ.get("VAELAB_RUNS_DIR") or "runs")


def shipped_root() -> Path:
    """Where the trained runs that ship lie: `VAELAB_CHECKPOINTS`, or `checkpoints` next to the package."""
    return Path(os.environ.get("VAELAB_CHECKPOINTS") or Path(__file__).resolve().parents[2] / "checkpoints")


def create_run(
    run: Path,
    recipe: dict[str, Any],
    *,
    title: str,
    command: str,
    seed: int,
    created: str = "",
    sweep: Sequence[str] = (),
) -> Path:
    """Make the folder of a new run; a folder that holds a run already is refused.

    `sweep` names all runs beside it that are trained with it, in their order, itself among them.
    """
    about = {"format": 1, "title": title, "command": command, "seed": int(seed), "created": created}
    if sweep:
        about["sweep"] = list(sweep)
    try:
        files.make_folder(run)
        files.write(run / RECIPE, manifest.to_bytes(recipe))
        files.write(run / ABOUT, manifest.to_bytes(about))
    except FileExistsError:
        raise CheckpointError(f"{run} holds a run already. Resume it, or choose another folder.") from None
    except OSError as error:
        raise CheckpointError(f"{run} cannot be written ({error.strerror}).") from error
    return run


def about_run(run: Path) -> dict[str, Any]:
    """Title, command, seed and date of a run, from when it was created; raises `CheckpointError` for other kinds."""
    found = manifest.from_bytes(files.read(run / ABOUT, 1 << 20), str(run / ABOUT))
    if not isinstance(found, dict):
        raise CheckpointError(f"{run / ABOUT} must hold a JSON object. Restore it or use another run.")
    for name, kind in (("title", str), ("command", str), ("created", str), ("seed", int)):
        if name in found and type(found[name]) is not kind:
            raise CheckpointError(f"{run / ABOUT} has a {name} that is none. Restore it or use another run.")
    if not 0 <= found.get("seed", 0) < 1 << 63:
        raise CheckpointError(f"{run / ABOUT} has a seed that is none. Restore it or use another run.")
    return found


def sweep_of(run: Path) -> list[Path]:
    """The folders of the runs that are trained together with a run, in their order, or the run alone.

    Those that were deleted are left out; of a damaged folder nothing but itself is known.
    """
    try:
        names = about_run(run).get("sweep")
    except CheckpointError:
        return [run]
    sound = isinstance(names, list) and all(isinstance(name, str) and NAME.fullmatch(name) for name in names)
    found = [run.parent / name for name in names if _is_run(run.parent / name)] if sound and names else []
    return found if run in found else [run]


def recipe_of(run: Path) -> dict[str, Any]:
    """The tagged JSON of the recipe with which the run was started."""
    found = manifest.from_bytes(files.read(run / RECIPE, 1 << 20), str(run / RECIPE))
    return found if isinstance(found, dict) else {}


@contextmanager
def writer(run: Path, wait: float = 0.0) -> Iterator[None]:
    """Hold the run for writing, one process at a time; `CheckpointError` when another has it for `wait` seconds."""
    lock = FileLock(run / LOCK, mode=files.FILE_MODE)
    try:
        files.make_folder(run)
        lock.acquire(timeout=wait)
    except Timeout:
        raise CheckpointError(f"Another process is training {run.name} right now. Stop it first.") from None
    except OSError as error:
        raise CheckpointError(f"{run} cannot be written ({error.strerror}).") from error
    try:
        yield
    finally:
        lock.release()


def find_run(name_or_path: str | Path, runs: Path, shipped: Path | None = None) -> Path:
    """The folder of a run, by its name among `runs` and the shipped ones, or by its path.

    Text that is not a plain name may be a path, but only to a folder inside these two roots; a `Path` is the
    caller's own word and may lie anywhere. Raises `CheckpointError` with the names that exist.
    """
    roots = (runs, shipped or shipped_root())
    if isinstance(name_or_path, Path):
        if (name_or_path / RECIPE).is_file():
            return name_or_path
        raise CheckpointError(f"{name_or_path} is not the folder of a run: it has no {RECIPE}.")
    for root in roots:
        inside = root / name_or_path if NAME.fullmatch(name_or_path) else _inside(Path(name_or_path), root)
        if inside is not None and _is_run(inside):
            return inside
    names = sorted(folder.name for root in roots for folder in run_folders(root))
    known = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "") if names else "none yet"
    raise CheckpointError(f"There is no run {name_or_path!r:.80}. Runs that exist: {known}.")


def _inside(path: Path, root: Path) -> Path | None:
    try:
        found, root = path.resolve(), root.resolve()
    except (OSError, ValueError, RuntimeError):  # A NUL byte, a loop of links, a name of 10,000 characters.
        return None
    return found if found != root and found.is_relative_to(root) else None


def _is_run(folder: Path) -> bool:
    # These two answer False where the methods of `Path` raise, as they do for a name of 1,000 characters.
    return os.path.isfile(folder / RECIPE) and not os.path.islink(folder)


def run_folders(root: Path) -> list[Path]:
    """The folders of all runs below a folder."""
    try:
        return [folder for folder in root.iterdir() if NAME.fullmatch(folder.name) and _is_run(folder)]
    except OSError:
        return []


def list_runs(runs: Path) -> list[RunSummary]:
    """All runs below a folder, newest first, then by name; a damaged one is listed as such."""
    return newest_first(map(summary_of, run_folders(runs)))


def newest_first(found: Iterable[RunSummary]) -> list[RunSummary]:
    """Runs by the date on which they were made, those of one moment by name."""
    return sorted(sorted(found, key=lambda run: run.name), key=lambda run: run.created, reverse=True)


def summary_of(folder: Path) -> RunSummary:
    """One line of the list, which says so when the run is damaged."""
    about: dict[str, Any] = {}
    metrics: dict[str, Any] = {}
    step, state, message = None, "", ""
    recipe: dict[str, Any] = {}
    try:
        recipe = recipe_of(folder)
        about = about_run(folder)
        if entries := newest_manifest(folder):
            step, metrics = entries["step"], entries["metrics"]
        elif steps(folder):
            state, message = "damaged", f"No step of {folder.name} is intact."
    except CheckpointError as error:
        state, message = "damaged", str(error)
    status = journal.read_status(folder)
    return RunSummary(
        name=folder.name,
        folder=folder,
        title=str(about.get("title", folder.name)),
        command=str(about.get("command", "")),
        state=state or str(status.get("state", "trained")),
        message=message or str(status.get("message", "")),
        step=step,
        recipe=recipe,
        metrics=metrics,
        created=str(about.get("created", "")),
        note=str(about.get("note", "")),
        seed=about["seed"] if type(about.get("seed")) is int else 0,
    )


def verify(run: Path) -> Verified:
    """Re-hash and parse every file of every step; raises `CheckpointError` at the first that is not as it was."""
    recipe_of(run)
    about_run(run)
    found = [load_step(folder) for folder in steps(run)]
    if not found:
        raise CheckpointError(f"{run} has no complete step yet.")
    sizes = [file["bytes"] for step in found for file in step.manifest["files"].values()]
    return Verified(tuple(step.step for step in found), len(sizes), sum(sizes))
