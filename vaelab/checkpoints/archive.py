"""A run as one file: a zip that holds the files of its folder as they are, without what only training needs.

Unzipped by hand it is the folder of a run. `import_run` never unpacks it: a file that comes from elsewhere is read in
memory, entry by entry and counted, and has to be, in this order: small enough, a plain zip of known names, sealed and
hashed as it says, of a recipe that makes sense, of the very arrays that this recipe predicts, and finite. Only then is
anything written, and the run appears by rename.
"""

from __future__ import annotations

import io
import os
import secrets
import shutil
import zipfile
from pathlib import Path

from vaelab.checkpoints import contents, files, manifest
from vaelab.checkpoints.folders import (
    FILES,
    LARGEST_MANIFEST,
    MANIFEST,
    RECIPE,
    TRAINING,
    check_manifest,
    latest_step,
    parse_step,
    publish,
    read_files,
    read_manifest,
    require_plausible,
    require_unaltered,
)
from vaelab.checkpoints.journal import METRICS, METRICS_LIMIT, read_metrics
from vaelab.checkpoints.runs import ABOUT, NAME, about_run, recipe_of
from vaelab.errors import CheckpointError, RecipeError
from vaelab.recipe import Recipe, from_json
from vaelab.spec import to_json

SUFFIX = ".vaelab.zip"
MAXIMUM_BYTES = 1 << 29
LIMITS = {name: limit for name, limit in FILES.items() if name != TRAINING} | {MANIFEST: LARGEST_MANIFEST}
OF_RUN = {ABOUT: 1 << 17, RECIPE: 1 << 20, METRICS: METRICS_LIMIT}
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"  # How the last record of a zip begins, and the one before it if large.
_LARGEST_DIRECTORY = 1 << 13


def pack_run(run: Path) -> bytes:
    """The newest step of a run, its curves and what it is called; raises `CheckpointError` when there is none."""
    newest = latest_step(run)
    if newest is None:
        raise CheckpointError(f"{run.name} has no complete step yet; train it first.")
    entries = read_manifest(newest)
    entries["files"].pop(TRAINING, None)
    rows = read_metrics(run, through=entries["step"])
    about = {name: value for name, value in about_run(run).items() if name != "sweep"}  # Those stay where they are.
    packed = {
        ABOUT: manifest.to_bytes(about),
        RECIPE: manifest.to_bytes(recipe_of(run)),
        METRICS: contents.rows_to_bytes(rows),
        **{f"{newest.name}/{name}": content for name, content in read_files(newest, entries).items()},
        f"{newest.name}/{MANIFEST}": manifest.seal(entries),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in packed.items():
            entry = zipfile.ZipInfo(name)  # Of no date: the same run is the same file.
            entry.external_attr = files.FILE_MODE << 16
            archive.writestr(entry, content)
    return file.getvalue()


def import_run(content: bytes, root: Path, file: str, name: str = "") -> Path:
    """Add the run in a file's bytes to those below a folder, under a new id or a name; returns its folder.

    Raises `CheckpointError` with one sentence, which calls the file `file`, when anything about it is not as it must
    be; nothing is written then.
    """
    if name and not NAME.fullmatch(name):
        raise CheckpointError(f"{name!r:.80} is no name for a run: use small letters, digits and hyphens.")
    packed = _unpack(content, file)
    where = Path(file)
    about = contents.about(_json(packed, ABOUT, where), file)
    rows = contents.rows(packed.get(METRICS, b""), file)
    started = _recipe(_json(packed, RECIPE, where), file)
    [folder] = {entry.partition("/")[0] for entry in packed if "/" in entry}
    step = {entry.partition("/")[2]: value for entry, value in packed.items() if "/" in entry}
    number = _check_step(step, where / folder)
    sealed = step.pop(MANIFEST)  # Written last, as ever.
    if folder != f"step_{number:08d}":
        raise CheckpointError(f"{file} holds the folder {folder}, but its manifest says that it is step {number:,}.")
    run = root / (name or secrets.token_hex(8))
    if run.exists():
        raise CheckpointError(f"There is a run {run.name} already. Give another --name.")
    staging = root / f".tmp-{run.name}-{os.getpid()}"
    try:
        files.make_folder(root)
        files.clean(root)
        files.make_folder(staging)
        files.write(staging / RECIPE, manifest.to_bytes(to_json(started)))
        files.write(staging / ABOUT, manifest.to_bytes(about))
        files.write(staging / METRICS, contents.rows_to_bytes(rows))
        publish(staging, number, {**step, MANIFEST: sealed})
        os.rename(staging, run)
        files.sync_folder(root)
    except OSError as error:
        raise CheckpointError(f"{file} cannot be kept in {root.name} ({error.strerror or error}).") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return run


def _check_step(step: dict[str, bytes], where: Path) -> int:
    """The number of a step whose bytes agree with its manifest and with its recipe."""
    entries = check_manifest(step[MANIFEST], str(where / MANIFEST))
    if surplus := sorted((step.keys() - {MANIFEST}) ^ entries["files"].keys()):
        raise CheckpointError(f"{where / surplus[0]} is either missing or not listed in the manifest.")
    for name, entry in entries["files"].items():
        require_unaltered(where / name, step[name], entry)
    recipe = _recipe(_json(step, RECIPE, where), str(where))
    expected = {name: (shape, "float32") for name, shape in recipe.architecture().parameters().items()}
    require_plausible(where, entries, expected)
    found = parse_step(where, entries, step, expected)
    contents.require_gallery(found.gallery or {}, recipe, str(where))
    contents.require_view(found.view or {}, str(where))
    contents.require_numbers(found.metrics, str(where / MANIFEST))
    return found.step


def _recipe(found: object, file: str) -> Recipe:
    try:
        return from_json(found)
    except RecipeError as error:
        raise CheckpointError(f"{file} has a recipe that this version cannot use: {error}") from None


def _json(packed: dict[str, bytes], name: str, where: Path) -> object:
    return manifest.from_bytes(packed[name], str(where / name))


def _unpack(content: bytes, file: str) -> dict[str, bytes]:
    """The entries of an archive by their names, all of them known, none of them compressed."""
    refusal = f"{file} is not the file of a run: it is no plain zip. Export the run again."
    if len(content) > MAXIMUM_BYTES:
        raise CheckpointError(f"{file} has {len(content):,} bytes; at most {MAXIMUM_BYTES:,} are accepted.")
    end = content[-22:]
    if len(end) < 22 or end[:4] != _END or end[20:] != b"\0\0" or content[-42:-38] == _END_64:
        raise CheckpointError(refusal)
    # Before the list of names is read, since each of them costs ten times its bytes.
    if int.from_bytes(end[12:16], "little") > _LARGEST_DIRECTORY:
        raise CheckpointError(f"{file} holds too many files for a run. Export the run again.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _require_known(entries, len(content), file)
            return {entry.filename: _read(archive, entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, OverflowError):
        raise CheckpointError(refusal) from None


def _require_known(entries: list[zipfile.ZipInfo], size: int, file: str) -> None:
    names = [entry.filename for entry in entries]
    steps = {name.partition("/")[0] for name in names if "/" in name}
    known = OF_RUN | {f"{step}/{name}": limit for step in steps for name, limit in LIMITS.items()}
    if unknown := [name for name in names if name not in known]:
        raise CheckpointError(f"{file} holds {unknown[0]!r:.80}, which is no file of a run. Export the run again.")
    if len(steps) != 1 or len(set(names)) != len(names):
        raise CheckpointError(f"{file} must hold one step of a run, and each file of it once. Export the run again.")
    [step] = steps
    needed = [ABOUT, RECIPE, f"{step}/{MANIFEST}", f"{step}/{RECIPE}"]
    if missing := [name for name in needed if name not in names]:
        raise CheckpointError(f"{file} lacks {missing[0]}. Export the run again.")
    for entry in entries:
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1 or entry.file_size != entry.compress_size:
            raise CheckpointError(
                f"{file} holds {entry.filename} compressed or locked, and the files of a run are stored as they are. "
                "Export the run again."
            )
        if entry.file_size > known[entry.filename]:
            raise CheckpointError(f"{file} holds {entry.filename} of {entry.file_size:,} bytes, which is too large.")
    if sum(entry.file_size for entry in entries) > size:
        raise CheckpointError(f"{file} holds files that lie over each other. Export the run again.")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as opened:
        content = opened.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise zipfile.BadZipFile
    return content
