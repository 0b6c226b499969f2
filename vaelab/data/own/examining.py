"""From what a person gives to a source: which reader is for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vaelab.data.own import pictures, table
from vaelab.data.own.arrays import from_arrays, from_npz
from vaelab.data.own.encoded import from_files, from_folder, from_zip
from vaelab.data.own.given import Given, open_given
from vaelab.data.own.options import Options
from vaelab.data.own.sheet import from_sheet
from vaelab.data.own.source import Source
from vaelab.data.own.table import from_table
from vaelab.errors import DataError

ACCEPTED = "a folder or .zip of PNG, JPEG or WebP pictures, one sprite sheet, .npy, .npz, IDX, or .csv"
IDX = (".gz", ".idx", ".idx1-ubyte", ".idx3-ubyte", ".idx4-ubyte")
SUFFIXES = (".zip", *pictures.SUFFIXES, ".npy", ".npz", *IDX, *table.SUFFIXES)  # That a browser offers.


def examine(given: Path | Sequence[Path | Given], options: Options = Options()) -> Source:  # noqa: B008 - frozen.
    """Look at all of what is given; nothing is kept. Raises `DataError` if it is no source.

    Of the options those count that say how to read: `tile`, `gap`, `label` and `features`.
    """
    parts = [given] if isinstance(given, Path) else list(given)
    if not parts:
        raise DataError(f"Nothing was given; give {ACCEPTED}.")
    if len(parts) == 1 and isinstance(parts[0], Path) and parts[0].is_dir():
        return from_folder(parts[0])
    files = [open_given(part) if isinstance(part, Path) else part for part in parts]
    kinds = {_kind(file) for file in files}
    match sorted(kinds), len(files):
        case ["picture"], 1:
            return from_sheet(files[0], options)
        case ["picture"], _:
            return from_files(files)
        case ["zip"], 1:
            return from_zip(files[0])
        case ["npz"], 1:
            return from_npz(files[0], options)
        case ["array"], 1 | 2:
            return from_arrays(files, options)
        case ["table"], 1:
            return from_table(files[0], options)
    names = ", ".join(file.name for file in files[:4])
    raise DataError(f"These files do not make one data set: {names}; give {ACCEPTED}.")


def _kind(given: Given) -> str:
    """What a file is: by its first bytes, whatever it is called, or else a table by its name."""
    given.file.seek(0)
    start = given.file.read(4)
    if start == b"PK\x03\x04" or start == b"PK\x05\x06":
        return "npz" if given.suffix == ".npz" else "zip"
    if start == b"\x93NUM" or start[:2] in (b"\0\0", b"\x1f\x8b"):
        return "array"
    if given.suffix in pictures.SUFFIXES:
        return "picture"
    if given.suffix in table.SUFFIXES:
        return "table"
    raise DataError(f"{given.name} is of no kind that can be read; give {ACCEPTED}.")
