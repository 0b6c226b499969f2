"""Where own data lie: one folder each, called by its content, that appears by rename when it is complete.

own-3fa94c17d20b6e58/
    about.json         what it is, and the SHA-256 of the others
    train.npy          uint8 [N, H, W, C] or [N, T, F]
    test.npy
    train_labels.npy   uint8 [N]
    test_labels.npy
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

from vaelab.errors import DataError

FOLDER_VARIABLE = "VAELAB_OWN_DATA"
ID = re.compile(r"own-[0-9a-f]{16}")
ABOUT = "about.json"
EXAMPLES, LABELS = ("train.npy", "test.npy"), ("train_labels.npy", "test_labels.npy")
FILES = (*EXAMPLES, *LABELS)
FORMAT = 1
_LARGEST_ABOUT = 4 << 20
_MODE, _FOLDER_MODE = 0o640, 0o750


def root() -> Path:
    """The folder of all own data of this user: `$VAELAB_OWN_DATA`, or `own` in the user's folder for data."""
    if given := os.environ.get(FOLDER_VARIABLE):
        return Path(given)
    from platformdirs import user_data_dir

    return Path(user_data_dir("vaelab", appauthor=False), "own")


def is_own(name: object) -> bool:
    """Whether a name is that of own data by its form, whether or not they exist."""
    return isinstance(name, str) and ID.fullmatch(name) is not None


def folder_of(name: str) -> Path:
    """The folder of own data; raises `DataError` for a name of another form, which is never made a path of."""
    if not is_own(name):
        raise DataError(f"{name!r:.60} does not name own data, which are called own- and 16 hexadecimal digits.")
    return root() / name


def make_root() -> Path:
    """The folder of all own data, made if need be; what dead processes left there is removed."""
    folder = root()
    folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    for leftover in folder.glob(".tmp-*"):
        owner = leftover.name.removeprefix(".tmp-").partition(".")[0]
        if owner.isdecimal() and not _alive(int(owner)):
            shutil.rmtree(leftover, ignore_errors=True)
    return folder


def lock() -> Any:
    """Held while names are given or sets come and go."""
    from filelock import FileLock

    return FileLock(make_root() / ".lock", timeout=60)


def read_about(folder: Path) -> dict[str, Any] | None:
    """What a folder says of itself; None if there is no such folder. Raises `DataError` if it is damaged."""
    path = folder / ABOUT
    try:
        if path.stat().st_size > _LARGEST_ABOUT:
            raise DataError(f"{path} is damaged: it is too large.")
        about = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from None
    except (ValueError, RecursionError):
        raise DataError(f"{path} is damaged: it is no JSON. Remove these data and add them again.") from None
    if not _sound(about):
        raise DataError(f"{path} is damaged, or of another version. Remove these data and add them again.")
    return about


def write_about(folder: Path, about: dict[str, Any]) -> None:
    """Replace the description in one step, so that a reader sees the old one or the new one."""
    staging = folder / f".{ABOUT}.{os.getpid()}"
    try:
        write(staging, json.dumps(about, indent=1, allow_nan=False).encode())
        os.replace(staging, folder / ABOUT)
    finally:
        staging.unlink(missing_ok=True)


def write(path: Path, content: bytes) -> None:
    """Create a file and wait until the disk holds it."""
    with os.fdopen(create(path), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def create(path: Path) -> int:
    """A new file that only the user and the group may read; its descriptor."""
    path.unlink(missing_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    return os.open(path, flags, _MODE)


def digest(path: Path) -> str:
    """SHA-256 of a file, a block at a time."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sound(about: Any) -> bool:
    """Whether a description has all that is read of it, each of its kind."""
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        return False
    kinds = {"title": str, "shape": list, "train": int, "test": int, "classes": list, "files": dict, "steps": list}
    if any(not isinstance(about.get(name), kind) for name, kind in kinds.items()):
        return False
    shape, classes = about["shape"], about["classes"]
    return (
        len(shape) in (2, 3)
        and all(type(side) is int and 0 < side < 1 << 20 for side in shape)
        and 0 < len(classes) <= 256
        and all(isinstance(name, str) for name in (*classes, *about["steps"]))
        and all(isinstance(about["files"].get(name, ""), str) for name in FILES)
    )


def _alive(process: int) -> bool:
    import psutil

    try:
        return psutil.pid_exists(process)
    except OverflowError:
        return False
