"""Classes and splits from the folders that files lie in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np

from vaelab.data.own.dropped import printable
from vaelab.data.own.limits import CLASSES

_SPLITS = {"train", "test"}
_UNSORTED = "unsorted"  # The class of pictures outside of all class folders.
_LONGEST = 60  # Characters of a class's name.


class Sorted(NamedTuple):
    """What the folders of some files say."""

    labels: np.ndarray | None  # uint8 [N]
    classes: tuple[str, ...]
    test: np.ndarray | None  # bool [N]: in the folder "test", where there are "train" and "test"
    remark: str = ""


def sort(paths: Sequence[str]) -> Sorted:
    """The first folder of each path is its class, below a folder that all share, and below "train" and "test"."""
    parts = [PurePosixPath(path.replace("\\", "/")).parts[:-1] for path in paths]
    shared = 0
    while all(len(part) > shared for part in parts) and len({part[shared] for part in parts}) == 1:
        shared += 1
    # The last folder that all share is a class of its own if there is no other, and no class then.
    tops = [part[shared : shared + 1] for part in parts]
    test = None
    if parts and {top[0].lower() for top in tops if top} == _SPLITS and all(tops):
        test = np.array([top[0].lower() == "test" for top in tops])
        tops = [part[shared + 1 : shared + 2] for part in parts]
    if not any(tops):
        return Sorted(None, (), test)
    labels, classes = index([printable(top[0], _LONGEST) if top else _UNSORTED for top in tops])
    if labels is None:
        remark = f"There are more than {CLASSES} folders: they are not taken for classes."
        return Sorted(None, (), test, remark)
    return Sorted(labels, classes, test)


def index(words: Sequence[str]) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """uint8 [N] and the classes in order, whole numbers by value; None if there are too many of them."""
    found = set(words)
    if len(found) > CLASSES:
        return None, ()
    numeric = all(word.isascii() and word.isdecimal() and len(word) < 18 for word in found)
    classes = sorted(found, key=int) if numeric else sorted(found)
    places = {word: place for place, word in enumerate(classes)}
    return np.array([places[word] for word in words], np.uint8), tuple(classes)
