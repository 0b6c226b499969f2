"""Own data that are kept: listed, renamed, removed, loaded. Nothing here decodes anything."""

from __future__ import annotations

import shutil
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, get_args

import numpy as np

from vaelab.data.dataset import Dataset, DatasetInfo, Split
from vaelab.data.own import folder as place
from vaelab.data.own.folder import EXAMPLES, LABELS, folder_of, is_own, read_about, root
from vaelab.data.own.limits import NAME
from vaelab.data.own.npy import read_header
from vaelab.data.specification import Name
from vaelab.errors import DataError

_BUILT_IN = get_args(Name)


class Own(NamedTuple):
    """One of the own data sets, as a list shows it."""

    name: str  # own-... : what a recipe calls it
    title: str  # What people call it; no two are called the same.
    shape: tuple[int, ...]
    train: int
    test: int
    classes: tuple[str, ...]
    bytes: int
    created: str  # ISO 8601, UTC
    steps: tuple[str, ...]  # Sentences: how it was made.
    scale: dict[str, Any] | None  # Of vectors and sequences: what the bytes 0 and 255 stand for.


def names() -> tuple[str, ...]:
    """The names of all own data that can be loaded, by title."""
    return tuple(own.name for own in everything())


def everything() -> list[Own]:
    """All own data that can be loaded, by title; those that are damaged are left out."""
    found = []
    for folder in root().glob("own-*"):
        if is_own(folder.name):
            try:
                found.append(get(folder.name))
            except DataError:
                continue
    return sorted(found, key=lambda own: own.title.casefold())


def get(name: str) -> Own:
    """One of them; raises `DataError` if it is not there, or was removed."""
    about = _about(name)
    if not about["files"]:
        raise DataError(f"The data {about['title']!r} ({name}) were removed; add them again.")
    return _own(name, about)


def resolve(text: str) -> str:
    """The name of the own data with this name or title; anything else is returned as it is."""
    if is_own(text) or text in _BUILT_IN:
        return text
    wanted = text.casefold()
    return next((own.name for own in everything() if own.title.casefold() == wanted), text)


def information(name: str) -> DatasetInfo:
    """The facts of own data, also of those that were removed, whose runs are still there; raises `DataError`."""
    about = _about(name)
    return DatasetInfo(
        name, about["title"], tuple(about["shape"]), about["train"], about["test"], tuple(about["classes"]),
        "yours", "Your own data.",
    )  # fmt: skip


def available(name: str) -> bool:
    """Whether own data can be loaded."""
    folder = folder_of(name)
    return all((folder / file).is_file() for file in place.FILES)


def load(name: str) -> Dataset:
    """Own data; the examples are mapped from the disk, read-only, and take no memory until they are looked at.

    Raises `DataError` if they are not there or are not what their description says.
    """
    own = get(name)
    train, test = (_split(own, index) for index in range(2))
    return Dataset(name, train, test, own.classes)


def rename(name: str, title: str) -> Own:
    """Call own data something else; raises `DataError` if the title is taken or cannot be one."""
    with place.lock():
        own = get(name)
        title = fresh_title(title, [each for each in everything() if each.name != name], exact=True)
        place.write_about(folder_of(name), {**_about(name), "title": title})
    return own._replace(title=title)


def remove(name: str) -> None:
    """Delete the examples and labels. What stays is their description, which the runs made of them need."""
    with place.lock():
        about, folder = _about(name), folder_of(name)
        place.write_about(folder, {**about, "files": {}, "steps": [], "scale": None})
        for file in place.FILES:
            (folder / file).unlink(missing_ok=True)


def verify(name: str) -> Own:
    """Compare each file with its checksum; raises `DataError` that names the first that was altered."""
    own, files = get(name), _about(name)["files"]
    for file in place.FILES:
        path = folder_of(name) / file
        if not path.is_file() or place.digest(path) != files[file]:
            raise DataError(f"{path} was altered: its checksum does not fit. Remove these data and add them again.")
    return own


def fresh_title(title: str, others: list[Own], *, exact: bool = False) -> str:
    """A title that no other data have, with a number behind it if need be; raises `DataError`."""
    title = " ".join(title.split())
    if not title or len(title) > NAME or not title.isprintable() or is_own(title.casefold()):
        raise DataError(f"{title!r:.60} cannot be a name for data: use 1 to {NAME} letters, digits, blanks and signs.")
    taken = {*_BUILT_IN, *(own.title.casefold() for own in others)}
    if title.casefold() not in taken:
        return title
    if exact:
        raise DataError(f"Other data are called {title!r} already; choose another name.")
    return next(new for number in range(2, 10_000) if (new := f"{title[: NAME - 5]} {number}").casefold() not in taken)


# --- reading ----------------------------------------------------------------------------------------------------


def _about(name: str) -> dict[str, Any]:
    folder = folder_of(name)
    try:
        found = (folder / place.ABOUT).stat()
    except OSError:
        raise DataError(
            f"There are no own data {name!r} here: they were removed, or are on another machine. Add them again, or "
            "choose other data."
        ) from None
    return _read(folder, found.st_mtime_ns, found.st_ino)


@lru_cache(maxsize=256)
def _read(folder: Path, changed: int, number: int) -> dict[str, Any]:
    """The description of a folder, read once for every version of it: a recipe asks for it many times."""
    about = read_about(folder)
    if about is None:
        raise DataError(f"{folder} was removed a moment ago; choose other data.")
    return about


def _own(name: str, about: dict[str, Any]) -> Own:
    shape, count = tuple(about["shape"]), about["train"] + about["test"]
    return Own(
        name, about["title"], shape, about["train"], about["test"], tuple(about["classes"]),
        count * (int(np.prod(shape)) + 1), str(about.get("created", "")), tuple(about["steps"]), about.get("scale"),
    )  # fmt: skip


def _split(own: Own, index: int) -> Split:
    count = (own.train, own.test)[index]
    images = _mapped(folder_of(own.name) / EXAMPLES[index], (count, *own.shape))
    labels = np.asarray(_mapped(folder_of(own.name) / LABELS[index], (count,))).astype(np.int64)
    if labels.size and labels.max() >= len(own.classes):
        raise DataError(f"The labels of {own.title!r} are damaged. Remove these data and add them again.")
    labels.setflags(write=False)
    return Split(images, labels)


def _mapped(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """uint8 of this shape, mapped read-only; raises `DataError` if the file is of another."""
    try:
        with path.open("rb") as file:
            header = read_header(file, path.stat().st_size, str(path))
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}. Add these data again.") from None
    if header.dtype != np.uint8 or header.shape != shape:
        raise DataError(f"{path} is not what its description says. Remove these data and add them again.")
    return np.memmap(path, np.uint8, "r", header.offset, shape)


def discard(folder: Path) -> None:
    """Delete a folder that nobody reads."""
    shutil.rmtree(folder, ignore_errors=True)
