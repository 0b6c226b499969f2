"""A step of a run is a folder that appears by rename, complete or not at all.

    step_00001200/
        recipe.json          what was trained, as tagged JSON
        model.safetensors    the parameters by path name
        train.safetensors    optimizer state, seed and step for exact resume; absent in runs that ship
        gallery.safetensors  what a viewer shows besides the decoder (codes, labels, ...); optional
        view.json            what a viewer says besides the metrics (marks, holes, ...); optional
        manifest.json        sizes and SHA-256 of the others, metrics, versions, the command; written last

A kill at any moment loses at most the step being saved: it is written under a temporary name, each file and folder
is flushed to the disk, and older steps go only after the new one is there.
"""

from __future__ import annotations

import math
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from vaelab.checkpoints import files, manifest, tensors
from vaelab.errors import CheckpointError

MODEL, TRAINING, GALLERY = "model.safetensors", "train.safetensors", "gallery.safetensors"
RECIPE, VIEW, MANIFEST = "recipe.json", "view.json", "manifest.json"
FILES = {MODEL: 4 << 30, TRAINING: 16 << 30, GALLERY: 1 << 30, RECIPE: 1 << 20, VIEW: 16 << 20}  # Most bytes of each.
LARGEST_MANIFEST = 1 << 20
_NAME = re.compile(r"step_(\d{8,12})")


class Step(NamedTuple):
    """A step as loaded and checked."""

    folder: Path
    step: int
    recipe: dict[str, Any]
    parameters: dict[str, np.ndarray]
    training: dict[str, np.ndarray] | None
    gallery: dict[str, np.ndarray] | None
    view: dict[str, Any] | None
    metrics: dict[str, Any]
    command: str
    manifest: dict[str, Any]


def save_step(
    run: Path,
    step: int,
    *,
    recipe: dict[str, Any],
    parameters: Mapping[str, Any],
    training: Mapping[str, Any] | None = None,
    gallery: Mapping[str, Any] | None = None,
    view: dict[str, Any] | None = None,
    metrics: Mapping[str, Any],
    command: str,
    keep: int = 3,
) -> Path:
    """Save one step of a run and return its folder; on return it is on the disk, and all but `keep` steps are gone.

    A step is written once: saving the same content again changes nothing, other content under the same number is
    refused. Raises `CheckpointError` for parameters that are not finite, for types that cannot be stored, and when
    the disk fails; the steps saved before stay as they were.
    """
    tensors.require_finite(parameters, MODEL)
    contents = {RECIPE: manifest.to_bytes(recipe), MODEL: tensors.encode(parameters, MODEL)}
    if training is not None:
        contents[TRAINING] = tensors.encode(training, TRAINING)
    if gallery is not None:
        contents[GALLERY] = tensors.encode(gallery, GALLERY)
    if view is not None:
        contents[VIEW] = manifest.to_bytes(view)
    entries = {
        "format": manifest.FORMAT,
        "step": int(step),
        "files": {name: {"sha256": manifest.digest(c), "bytes": len(c)} for name, c in sorted(contents.items())},
        "versions": manifest.versions(),
        "metrics": {name: _finite(value) for name, value in metrics.items()},
        "command": command,
    }
    contents[MANIFEST] = manifest.seal(entries)  # Last in the folder too: what has a manifest has everything.
    try:
        folder = publish(run, int(step), contents)
    except OSError as error:
        size = sum(map(len, contents.values())) / 1e6
        raise CheckpointError(
            f"Step {step} ({size:.1f} MB) could not be saved in {run} ({error.strerror or error}). "
            "Free some space or mend the folder's permissions; the steps saved before are intact."
        ) from error
    for old in steps(run)[: -max(keep, 1)]:
        files.remove_folder(old)
    return folder


def _finite(value: Any) -> float | None:
    """A metric as a JSON number; none is better than a NaN that no JSON reader accepts."""
    return float(value) if value is not None and math.isfinite(value) else None


def publish(run: Path, step: int, contents: dict[str, bytes]) -> Path:
    """Write the files of a step, the manifest last, and let its folder appear; `OSError` when the disk fails."""
    files.make_folder(run)
    files.clean(run)
    folder = run / f"step_{step:08d}"
    if folder.is_dir():
        if _holds(folder, contents):
            return folder
        files.remove_folder(folder)  # Damaged: nothing is lost.
    staging = run / f".tmp-{step:08d}-{os.getpid()}"
    try:
        staging.mkdir(mode=files.FOLDER_MODE)
        for name, content in contents.items():
            files.write(staging / name, content)
        files.sync_folder(staging)
        os.rename(staging, folder)
        files.sync_folder(run)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return folder


def _holds(folder: Path, contents: dict[str, bytes]) -> bool:
    """Whether an existing step has this content; False when it is damaged."""
    try:
        found = load_step(folder).manifest
    except CheckpointError:
        return False
    if found["files"] == manifest.unseal(contents[MANIFEST], MANIFEST)["files"]:
        return True
    raise CheckpointError(f"{folder} exists with other content. A step is written once: choose another run folder.")


def steps(run: Path) -> list[Path]:
    """The step folders of a run in the order of their numbers; clocks play no part."""
    try:
        with os.scandir(run) as entries:
            found = [
                (int(match[1]), Path(entry.path))
                for entry in entries
                if (match := _NAME.fullmatch(entry.name)) and entry.is_dir(follow_symlinks=False)
            ]
    except OSError:
        return []
    return [path for _, path in sorted(found)]


def latest_step(run: Path) -> Path | None:
    """The newest step whose manifest is sound and whose files have the sizes it says, or None."""
    found = _newest(run)
    return found[0] if found else None


def newest_manifest(run: Path) -> dict[str, Any] | None:
    """The manifest of that step, or None."""
    found = _newest(run)
    return found[1] if found else None


def _newest(run: Path) -> tuple[Path, dict[str, Any]] | None:
    for folder in reversed(steps(run)):
        try:
            entries = read_manifest(folder)
            if all((folder / name).stat().st_size == file["bytes"] for name, file in entries["files"].items()):
                return folder, entries
        except (CheckpointError, OSError):
            continue
    return None


def read_manifest(folder: Path) -> dict[str, Any]:
    """The checked manifest of a step folder."""
    return check_manifest(files.read(folder / MANIFEST, LARGEST_MANIFEST), str(folder / MANIFEST))


def check_manifest(content: bytes, file: str) -> dict[str, Any]:
    """The entries of a manifest that names the files of a step and no others; raises `CheckpointError`."""
    entries = manifest.unseal(content, file)
    if unknown := sorted(entries["files"].keys() - FILES.keys()):
        raise CheckpointError(f"{file} lists the unknown file {unknown[0]!r:.80}.")
    if missing := sorted({RECIPE, MODEL} - entries["files"].keys()):
        raise CheckpointError(f"{file} does not list {missing[0]}, which every step has.")
    return entries


def load_step(folder: Path, expected: tensors.Expected | None = None) -> Step:
    """Load a step after checking sizes, then checksums, then names and shapes, then values.

    `expected` maps each parameter to its (shape, dtype), as the recipe predicts them; a file that is larger than that
    allows is refused before it is read. Raises `CheckpointError` naming the file.
    """
    entries = read_manifest(folder)
    if expected is not None:
        require_plausible(folder, entries, expected)
    return parse_step(folder, entries, read_files(folder, entries), expected)


def read_files(folder: Path, entries: dict[str, Any]) -> dict[str, bytes]:
    """The files of a step that its manifest lists, each with the size and the checksum that it says."""
    contents = {}
    for name, file in entries["files"].items():
        # Read once: what is hashed is what is parsed, whatever happens to the file in between.
        contents[name] = files.read(folder / name, limit=FILES[name], size=file["bytes"])
        require_unaltered(folder / name, contents[name], file)
    return contents


def parse_step(
    folder: Path, entries: dict[str, Any], contents: dict[str, bytes], expected: tensors.Expected | None = None
) -> Step:
    """A step out of the bytes of its files, which agree with the manifest; names and shapes are compared, then values.

    `folder` is where they are from, for the sentence of a `CheckpointError`.
    """
    parameters = tensors.decode(contents[MODEL], str(folder / MODEL), expected)
    tensors.require_finite(parameters, str(folder / MODEL))

    def arrays(name: str) -> dict[str, np.ndarray] | None:
        return tensors.decode(contents[name], str(folder / name)) if name in contents else None

    def values(name: str) -> dict[str, Any] | None:
        if name not in contents:
            return None
        found = manifest.from_bytes(contents[name], str(folder / name))
        if not isinstance(found, dict):
            raise CheckpointError(f"{folder / name} must hold a JSON object.")
        return found

    return Step(
        folder=folder,
        step=entries["step"],
        recipe=values(RECIPE) or {},
        parameters=parameters,
        training=arrays(TRAINING),
        gallery=arrays(GALLERY),
        view=values(VIEW),
        metrics=entries["metrics"],
        command=str(entries.get("command", "")),
        manifest=entries,
    )


def require_unaltered(file: Path, content: bytes, entry: dict[str, Any]) -> None:
    """Raise `CheckpointError` unless a file is as its manifest's entry says."""
    if len(content) != entry["bytes"] or manifest.digest(content) != entry["sha256"]:
        raise CheckpointError(f"{file} was altered: its SHA-256 does not fit. Restore it or use another step.")


def require_plausible(folder: Path, entries: dict[str, Any], expected: tensors.Expected) -> None:
    """Raise `CheckpointError` for a file of parameters that is larger than the recipe's can be."""
    room = 1 << 20  # For the header of names.
    predicted = sum(math.prod(shape) * np.dtype(dtype).itemsize for shape, dtype in expected.values())
    if entries["files"][MODEL]["bytes"] > predicted + room:
        raise CheckpointError(f"{folder / MODEL} is larger than its recipe's {predicted:,} bytes of parameters.")
