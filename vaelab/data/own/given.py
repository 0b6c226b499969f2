"""What a person gives: paths on this machine, or files that came through a browser."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from vaelab.data.own.limits import FILE, MOST
from vaelab.errors import DataError

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
_BINARY = getattr(os, "O_BINARY", 0)


class Given(NamedTuple):
    """One file: what it is called, and its bytes, which can be read anywhere."""

    name: str
    file: BinaryIO

    @property
    def suffix(self) -> str:
        """The end of its name, such as ".zip"; ".gz" is passed over."""
        return Path(self.name.lower().removesuffix(".gz")).suffix


def open_given(path: Path) -> Given:
    """A file on this machine; raises `DataError` if it is none or cannot be read."""
    return Given(path.name, os.fdopen(_open(path, _NO_WAIT), "rb"))


def read_small(path: Path) -> bytes:
    """The bytes of a picture in a folder, through no link; raises `DataError` as the end of a sentence."""
    try:
        with os.fdopen(_open(path, _NO_WAIT | _NO_LINK), "rb") as file:
            content = file.read(FILE + 1)
    except DataError:
        raise DataError("not readable") from None
    except OSError:
        raise DataError("not readable") from None
    if len(content) > FILE:
        raise DataError(f"larger than {FILE >> 20} MB")
    return content


def walk(root: Path) -> Iterator[str]:
    """The files below a folder, by their path in it with slashes, in order; links and hidden names are passed by.

    Raises `DataError` if there are too many to be a data set.
    """
    count, waiting = 0, [""]
    while waiting:
        inside = waiting.pop()
        try:
            with os.scandir(root / inside) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            raise DataError(f"The folder {root / inside} cannot be read: {error.strerror or error}.") from None
        for entry in found:
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            path = f"{inside}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                waiting.append(f"{path}/")
                continue
            count += 1
            if count > 2 * MOST:
                raise DataError(f"{root} holds more than {2 * MOST:,} files; give a folder with pictures only.")
            yield path


def _open(path: Path, flags: int) -> int:
    try:
        descriptor = os.open(path, os.O_RDONLY | _BINARY | flags)
    except OSError as error:
        raise DataError(f"{path} cannot be opened: {error.strerror or error}.") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise DataError(f"{path} is no plain file; give a file or a folder of pictures.")
    return descriptor
