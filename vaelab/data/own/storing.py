"""Carrying out a plan: examples stream from the source to the disk, one at a time, and appear when all are there."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vaelab.data.own import folder as place
from vaelab.data.own import kept
from vaelab.data.own.dropped import Dropped
from vaelab.data.own.folder import EXAMPLES, LABELS
from vaelab.data.own.kept import Own
from vaelab.data.own.limits import FEWEST, SETS
from vaelab.data.own.npy import write_header
from vaelab.data.own.planning import Plan
from vaelab.errors import DataError

_BUFFER = 4 << 20  # Bytes that are written at once.
_OFTEN = 500  # Examples between two reports of how far it is.
_SPARE = 64 << 20  # Bytes of the disk that are left free.
_serial = itertools.count()


class Stored(NamedTuple):
    """What has been kept, and what could not be read after all."""

    own: Own
    dropped: Dropped
    known: bool  # These very data were there before; nothing was written.


class _Written(NamedTuple):
    count: int
    labels: np.ndarray  # uint8 [count]
    content: str  # SHA-256 of the examples
    file: str  # SHA-256 of the file


def store(plan: Plan, title: str = "", progress: Callable[[float], object] = lambda share: None) -> Stored:
    """Keep what a plan describes, under a title that no other data have; raises `DataError`, and then keeps nothing.

    `progress` is told now and then which share is done.
    """
    try:
        base = place.make_root()
        kept.fresh_title(title or plan.title, [])  # Before any work is done.
        _require_room(base, plan)
        staging = base / f".tmp-{os.getpid()}.{next(_serial)}"
        staging.mkdir(mode=0o750)
        try:
            return _fill(staging, plan, title or plan.title, progress)
        finally:
            kept.discard(staging)
    except OSError as error:
        raise DataError(
            f"The data cannot be kept in {place.root()} ({error.strerror or error}); free some space, or set "
            f"{place.FOLDER_VARIABLE} to another folder."
        ) from error


def _require_room(base: Path, plan: Plan) -> None:
    if len(kept.names()) >= SETS:
        raise DataError(f"There are {SETS} own data sets already; remove some that are not needed.")
    free = shutil.disk_usage(base).free - _SPARE
    if plan.bytes > free:
        raise DataError(
            f"The data would take {plan.bytes / 1e6:,.0f} MB, but {max(free, 0) / 1e6:,.0f} MB are free in {base}; "
            "free some space, or choose a smaller size."
        )


def _fill(staging: Path, plan: Plan, title: str, progress: Callable[[float], object]) -> Stored:
    dropped, total, done = Dropped(), len(plan.train) + len(plan.test), 0
    parts = []
    for file, order in zip(EXAMPLES, (plan.train, plan.test), strict=True):

        def report(count: int, start: int = done) -> None:
            progress((start + count) / total)

        parts.append(_write(staging / file, plan, order, dropped, report))
        done += len(order)
    train, test = parts
    if train.count + test.count < FEWEST or not train.count or not test.count:
        raise DataError(f"Too few examples of {plan.title} could be read. {dropped.sentence()}")
    for file, part in zip(LABELS, parts, strict=True):
        place.write(staging / file, write_header((part.count,)) + part.labels.tobytes())
    about = {
        "format": place.FORMAT,
        "shape": list(plan.shape),
        "train": train.count,
        "test": test.count,
        "classes": list(plan.classes),
        "scale": plan.making.scale,
    }
    contents = [part.content for part in parts] + [hashlib.sha256(part.labels.tobytes()).hexdigest() for part in parts]
    name = "own-" + hashlib.sha256(json.dumps([about, contents], sort_keys=True).encode()).hexdigest()[:16]
    files = {file: part.file for file, part in zip(EXAMPLES, parts, strict=True)}
    files |= {file: place.digest(staging / file) for file in LABELS}
    steps = [*plan.sentences(), *((dropped.sentence(),) if dropped.total else ())]
    created = datetime.now(UTC).isoformat(timespec="seconds")
    with place.lock():
        if kept.available(name) and name in kept.names():
            return Stored(kept.get(name), dropped, True)
        title = kept.fresh_title(title, kept.everything())
        about |= {"title": title, "created": created, "files": files, "steps": steps}
        place.write_about(staging, about)
        kept.discard(place.folder_of(name))  # What was left of it when it was removed.
        os.rename(staging, place.folder_of(name))
        _sync(place.root())
    return Stored(kept.get(name), dropped, False)


def _write(path: Path, plan: Plan, order: np.ndarray, dropped: Dropped, report: Callable[[int], None]) -> _Written:
    """The examples in this order as an array file whose header gets its count in the end."""
    labels, content = bytearray(), hashlib.sha256()
    with os.fdopen(place.create(path), "w+b", buffering=_BUFFER) as file:
        file.write(write_header((0, *plan.shape)))
        for number, example in _made(plan, order, dropped, report):
            block = np.ascontiguousarray(example).data
            file.write(block)
            content.update(block)
            labels.append(int(plan.labels[number]))
        file.seek(0)
        header = write_header((len(labels), *plan.shape))
        file.write(header)
        file.flush()
        os.fsync(file.fileno())
    return _Written(len(labels), np.frombuffer(bytes(labels), np.uint8), content.hexdigest(), place.digest(path))


def _made(
    plan: Plan, order: np.ndarray, dropped: Dropped, report: Callable[[int], None]
) -> Iterable[tuple[int, np.ndarray]]:
    """Each example that can be made, with its number in the source."""
    for done, number in enumerate(map(int, order)):
        if done % _OFTEN == 0:
            report(done)
        try:
            yield number, plan.making.make(number)
        except DataError as error:
            dropped.add(plan.source.names[number], str(error))
    report(len(order))


def _sync(folder: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
