"""Picture files as a source: in a folder, in a zip archive, or given one by one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from vaelab.data.own import pictures
from vaelab.data.own.archive import Archive
from vaelab.data.own.dropped import Dropped, printable
from vaelab.data.own.folders import sort
from vaelab.data.own.given import Given, read_small, walk
from vaelab.data.own.limits import CHECKED, DECODED, FILE, MOST
from vaelab.data.own.source import Pictures
from vaelab.data.own.treatment import look
from vaelab.errors import DataError

_LOOKED_AT = 64  # Pictures, evenly spread, that decide what all of them are like.
_ASPECT = 16  # Times as wide as high, or the other way round: no picture to learn from at 128 pixels.
_JUNK = ("__macosx/", ".ds_store", "thumbs.db")  # What systems put into archives by themselves.


def from_folder(root: Path) -> Pictures:
    """The pictures below a folder, whose folders are their classes; raises `DataError`."""
    paths = list(walk(root))
    return _source(root.resolve().name, "a folder", paths, lambda index: read_small(root / paths[index]))


def from_zip(given: Given) -> Pictures:
    """The pictures in a zip archive, whose folders are their classes; raises `DataError`."""
    archive = Archive(given.file, given.name)
    return _source(given.name, "an archive", archive.names, archive.read, DECODED)


def from_files(given: Sequence[Given]) -> Pictures:
    """Pictures given one by one, without classes; raises `DataError`."""

    def read(index: int) -> bytes:
        given[index].file.seek(0)
        return given[index].file.read(FILE + 1)

    return _source(given[0].name, "some files", [each.name for each in given], read, DECODED)


def _source(
    title: str, where: str, paths: Sequence[str], read: Callable[[int], bytes], pixels: float = math.inf
) -> Pictures:
    dropped, candidates = Dropped(), list[int]()
    kept, sizes = list[int](), list[tuple[int, int]]()
    for index, path in enumerate(paths):
        if any(junk in path.lower() for junk in _JUNK):
            continue
        if path.lower().endswith(pictures.SUFFIXES):
            candidates.append(index)
        else:
            dropped.add(path, "no PNG, JPEG or WebP picture")
    if len(candidates) > MOST:
        raise DataError(f"{title} holds {len(candidates):,} pictures; at most {MOST:,} can be stored.")
    whole = len(candidates) <= CHECKED
    for index in candidates:
        try:
            sizes.append(_size(read(index), whole))
            kept.append(index)
            pixels -= math.prod(sizes[-1])
        except DataError as error:
            dropped.add(paths[index], str(error))
        if pixels < 0:
            raise DataError(
                f"{title} holds more than {DECODED // 1_000_000:,} million pixels; make its pictures smaller, or give "
                "a folder of them to vaelab data add."
            )
    if not kept:
        why = f" {dropped.sentence()}" if dropped.total else ""
        raise DataError(f"{title} holds no picture that can be used: PNG, JPEG and WebP files are read.{why}")
    names = [paths[index] for index in kept]
    found = sort(names)
    remarks = [found.remark] if found.remark else []
    if not whole:
        remarks.append("Only the header of each file was read; those that turn out to be damaged are left out later.")
    return Pictures(
        printable(title), f"{where} of {len(kept):,} pictures", names, found.labels, found.classes, found.test, dropped,
        tuple(remarks), read=lambda number: pictures.decode(read(kept[number])), sizes=np.array(sizes, np.int32),
        look=look(_some(kept, read)),
    )  # fmt: skip


def _size(content: bytes, whole: bool) -> tuple[int, int]:
    """Height and width of a picture, decoded if it is to be looked at as a whole; raises `DataError`."""
    image = pictures.open_picture(content)
    width, height = image.size
    if pictures.orientation(image) >= 5:  # Held upright: width and height are exchanged.
        width, height = height, width
    if max(width, height) > _ASPECT * min(width, height):
        raise DataError(f"more than {_ASPECT} times as long as wide")
    if whole:
        pictures.decode(content)
    return height, width


def _some(kept: Sequence[int], read: Callable[[int], bytes]) -> list:
    found = []
    for place in np.unique(np.linspace(0, len(kept) - 1, _LOOKED_AT).astype(int)):
        try:
            found.append(pictures.decode(read(kept[place])))
        except DataError:
            continue
    return found
