"""The file layer below checkpoints and runs: whole files or nothing, read once, never through a link.

Everything that reaches the disk goes through `write` and everything that is believed comes from `read`, so the
promises (complete or absent, bounded, ours alone) are kept in one place and faults can be injected in one place.
"""

from __future__ import annotations

import itertools
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil

from vaelab.errors import CheckpointError

FILE_MODE = 0o640  # The group may read, strangers may not; set on purpose, whatever the umask.
FOLDER_MODE = 0o750
_serial = itertools.count()
# A link could lead out of the folder; opening a pipe would wait for ever. Windows has neither flag.
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
_BINARY = getattr(os, "O_BINARY", 0)


def make_folder(folder: Path) -> None:
    """Create a folder and its parents, closed to strangers."""
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)


def write(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Create a file that must not exist yet; `durable` waits until the disk holds it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK | _BINARY, FILE_MODE)
    try:
        if hasattr(os, "fchmod"):
            os.fchmod(descriptor, FILE_MODE)
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]  # A short write is legal: go on with what is left.
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Swap the file's content in one step: a reader sees the old bytes or the new ones, never a mixture."""
    staging = path.with_name(f".{path.name}.{os.getpid()}.{next(_serial)}")
    try:
        write(staging, content, durable=durable)
        os.replace(staging, path)
    except BaseException:
        staging.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Wait until the disk holds the folder's list of names, without which a new file can vanish in a power cut."""
    if os.name == "nt":
        return  # Windows offers no such call for folders.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path, limit: int, size: int | None = None) -> bytes:
    """The bytes of a regular file, refused before memory is spent when it is no file or not of the size it must be.

    Raises `CheckpointError` for a link, pipe or folder, for more than `limit` bytes, and for any other size than
    `size` when that is given.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | _NO_LINK | _NO_WAIT | _BINARY)
    except FileNotFoundError:
        raise CheckpointError(f"{path} is missing. Restore it or use another checkpoint.") from None
    except OSError as error:
        raise CheckpointError(f"{path} cannot be opened as a plain file ({error.strerror}).") from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise CheckpointError(f"{path} is not a plain file. Restore it or use another checkpoint.")
        if size is not None and found.st_size != size:
            raise CheckpointError(f"{path} has {found.st_size:,} bytes, but its manifest says {size:,}.")
        if found.st_size > limit:
            raise CheckpointError(f"{path} has {found.st_size:,} bytes; at most {limit:,} are accepted.")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(found.st_size + 1)
    finally:
        os.close(descriptor)
    if len(content) != found.st_size:
        raise CheckpointError(f"{path} changed while it was read. Try again.")
    return content


def remove_folder(folder: Path) -> None:
    """Delete a folder: first it loses its name, so that no reader finds half of it; what fails is left to `clean`."""
    doomed = folder.with_name(f".del-{folder.name.lstrip('.')}-{os.getpid()}.{next(_serial)}")
    try:
        os.rename(folder, doomed)
    except OSError:
        return
    shutil.rmtree(doomed, ignore_errors=True)


def clean(run: Path) -> None:
    """Delete what dead processes left behind; the temporary names end in the process id of their owner."""
    for leftover in _leftovers(run):
        owner = leftover.name.rpartition("-")[2].partition(".")[0]
        if owner.isdecimal() and (int(owner) == os.getpid() or not _alive(int(owner))):
            shutil.rmtree(leftover, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        return psutil.pid_exists(process)
    except OverflowError:  # No process has such a number; a name can say anything.
        return False


def _leftovers(run: Path) -> Iterator[Path]:
    with os.scandir(run) as entries:
        for entry in entries:
            if entry.name.startswith((".tmp-", ".del-")) and entry.is_dir(follow_symlinks=False):
                yield Path(entry.path)
