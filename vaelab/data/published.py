"""Published files: from the user's folder, the cache or a mirror, and never without comparing digests."""

from __future__ import annotations

import hashlib
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from vaelab.data import download, idx
from vaelab.errors import DataError

FOLDER_VARIABLE = "VAELAB_DATA_DIR"
CACHE_VARIABLE = "VAELAB_CACHE_DIR"
DigestOf = Literal["decompressed", "compressed"]


class Published(Protocol):
    """A file that can be told from every other: where it is kept, how large it may be, and what it holds."""

    @property
    def kept_as(self) -> str:
        """Its name at the mirrors and in the cache."""
        ...

    @property
    def given_as(self) -> tuple[str, ...]:
        """The names under which the user's folder may hold it, in the order of preference."""
        ...

    @property
    def limit(self) -> int:
        """The most bytes that it can have."""
        ...

    def verified(self, stored: bytes, what: str) -> np.ndarray:
        """The array in the stored bytes, the digest compared; raises `DataError` that begins with `what`."""
        ...


@dataclass(frozen=True)
class File:
    """A uint8 IDX file: its name without `.gz`, the shape in its header, and the SHA-256 of its bytes.

    The digest is of the decompressed bytes where those are published, since mirrors and tools compress anew;
    `digest_of` says when it is of the compressed ones.
    """

    name: str
    shape: tuple[int, ...]
    sha256: str
    digest_of: DigestOf = "decompressed"

    @property
    def kept_as(self) -> str:
        """Compressed, at the mirrors and in the cache."""
        return f"{self.name}.gz"

    @property
    def given_as(self) -> tuple[str, ...]:
        """Compressed, or plain where that can be verified."""
        return (self.kept_as, self.name) if self.digest_of == "decompressed" else (self.kept_as,)

    @property
    def limit(self) -> int:
        """The most bytes that the file can have: plain, with room for the frame of a gzip stream."""
        return len(idx.header(self.shape)) + math.prod(self.shape) + (1 << 16)

    def verified(self, stored: bytes, what: str) -> np.ndarray:
        """Decode the stored bytes, having compared the digest; raises `DataError` that begins with `what`."""
        array = idx.read(stored, self.shape, what)
        if self.digest_of == "compressed":
            digest = hashlib.sha256(stored)
        else:
            digest = hashlib.sha256(idx.header(self.shape))
            digest.update(array.data)
        require_digest(digest.hexdigest(), self.sha256, f"its {self.digest_of} bytes", what)
        return array


def require_digest(found: str, wanted: str, content: str, what: str) -> None:
    """Raise `DataError`, which begins with `what`, unless the SHA-256 of the content is the wanted one."""
    if found != wanted:
        raise DataError(
            f"{what} is not the published file: the SHA-256 of {content} is {found}, but {wanted} is wanted."
        )


def read(title: str, folder: str, file: Published, mirrors: tuple[str, ...]) -> np.ndarray:
    """The file's array, whose bytes are those that were published, downloaded if need be.

    A file in `$VAELAB_DATA_DIR/<folder>` is read as it is and never written. Raises `DataError` if that one
    is damaged, or if there is none and no mirror can give it.
    """
    if path := _given(folder, file):
        return file.verified(_stored(path, file), str(path))
    target = _cache(folder) / file.kept_as
    if (array := _cached(file, target)) is not None:
        return array
    from filelock import FileLock, Timeout

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock", timeout=len(mirrors) * download.PATIENCE):
            # Another process may have fetched it meanwhile.
            if (array := _cached(file, target)) is not None:
                return array
            stored, array = _fetched(title, folder, file, mirrors)
            download.put(target, stored)
            return array
    except Timeout as error:
        raise DataError(f"Another process has not finished downloading {title}; try again later.") from error
    except OSError as error:
        raise DataError(
            f"{title} cannot be kept in the folder {target.parent} ({error.strerror or error}); "
            f"set {CACHE_VARIABLE} to a folder that can be written."
        ) from error


def present(folder: str, file: Published) -> bool:
    """Whether the file is on this machine, without reading it."""
    return _given(folder, file) is not None or (_cache(folder) / file.kept_as).is_file()


def _given(folder: str, file: Published) -> Path | None:
    """The file in the user's folder, if it is there."""
    root = os.environ.get(FOLDER_VARIABLE)
    paths = (Path(root, folder, name) for name in file.given_as) if root else ()
    return next((path for path in paths if path.is_file()), None)


def _cache(folder: str) -> Path:
    from platformdirs import user_cache_dir

    root = os.environ.get(CACHE_VARIABLE) or user_cache_dir("vaelab", appauthor=False)
    return Path(root, folder)


def _cached(file: Published, target: Path) -> np.ndarray | None:
    """The array of a file in the cache; None if it is absent or damaged, which a new download repairs."""
    try:
        return file.verified(_stored(target, file), str(target)) if target.is_file() else None
    except DataError:
        return None


def _stored(path: Path, file: Published) -> bytes:
    try:
        if path.stat().st_size > file.limit:
            raise DataError(f"{path} is not the published file: it is larger than {file.limit:,} bytes.")
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error


def _fetched(title: str, folder: str, file: Published, mirrors: tuple[str, ...]) -> tuple[bytes, np.ndarray]:
    """The bytes and the array from the first mirror that has the published file."""
    failures = []
    for mirror in mirrors:
        try:
            stored = download.fetch(f"{mirror}/{file.kept_as}", file.limit)
            return stored, file.verified(stored, "what came")
        except DataError as error:
            failures.append(f"{mirror}: {str(error).rstrip('.')}")
    root = os.environ.get(FOLDER_VARIABLE)
    given = Path(root, folder) if root else f"{FOLDER_VARIABLE} (which is not set)"
    raise DataError(
        f"{title} is not on this machine and cannot be downloaded: {file.kept_as} is neither in {given} nor "
        f"in {_cache(folder)}, and the mirrors failed ({'; '.join(failures)}); set {FOLDER_VARIABLE} to a "
        f"folder that holds {folder}/{file.kept_as} and its companions, or choose the data set digits, which "
        "needs no network."
    )
