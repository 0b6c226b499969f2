"""A zip archive read in place: nothing is unpacked to a folder, and no byte is read that was not counted before."""

from __future__ import annotations

import stat
import zipfile
import zlib
from typing import BinaryIO

from vaelab.data.own.dropped import printable
from vaelab.data.own.limits import ENTRIES, ENTRY_NAME, FILE, RATIO, UNPACKED
from vaelab.errors import DataError

_ENTRY = b"PK\x01\x02"  # What each line of an archive's table of contents begins with.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BLOCK = 1 << 20
_SMALL = 4096  # Bytes: what is smaller may be as hollow as it likes.


class Archive:
    """The files of a zip archive by number. Raises `DataError` if anything about it is dishonest or too large."""

    def __init__(self, file: BinaryIO, what: str):
        self._file, self._what = file, what
        _require_few(file, what)
        try:
            file.seek(0)
            self._zip = zipfile.ZipFile(file)
            entries = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, OverflowError, RecursionError):
            raise DataError(f"{what} is no zip archive, or it is damaged; make it again.") from None
        self._entries = [entry for entry in entries if not entry.filename.endswith("/")]
        self._require_honest(entries)

    @property
    def names(self) -> list[str]:
        """The path of every file in the archive, with slashes."""
        return [entry.filename for entry in self._entries]

    def read(self, index: int, limit: int = FILE) -> bytes:
        """A file's bytes, at most `limit`; raises `DataError` as the end of a sentence."""
        if self._entries[index].file_size > limit:
            raise DataError(f"larger than {limit >> 20} MB")
        return b"".join(self.blocks(index))

    def size(self, index: int) -> int:
        """The bytes that a file announces, and more than which is never read of it."""
        return self._entries[index].file_size

    def blocks(self, index: int):
        """The bytes of a file, a block at a time; raises `DataError` as the end of a sentence if they are damaged."""
        entry = self._entries[index]
        rest = entry.file_size
        try:
            with self._zip.open(entry) as stream:
                while block := stream.read(min(_BLOCK, rest + 1)):
                    rest -= len(block)
                    if rest < 0:
                        raise DataError("larger than the archive says")
                    yield block
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError, NotImplementedError):
            raise DataError("damaged") from None
        if rest:
            raise DataError("damaged")

    def _require_honest(self, entries: list[zipfile.ZipInfo]) -> None:
        seen: set[str] = set()
        for entry in entries:
            if problem := _problem(entry, seen):
                name = printable(entry.orig_filename)
                raise DataError(f"{self._what} was not opened: its entry {name!r} {problem}; make the archive anew.")
            seen.add(entry.filename)
        total = sum(entry.file_size for entry in entries)
        if total > UNPACKED:
            raise DataError(
                f"{self._what} would unpack to {total >> 20:,} MB, more than the {UNPACKED >> 20} MB that are read of "
                "an archive; unpack it and give the folder, or make it smaller."
            )


def _problem(entry: zipfile.ZipInfo, seen: set[str]) -> str:
    """What is wrong with an entry, as the end of a sentence; "" if nothing is."""
    name = entry.orig_filename.replace("\\", "/")
    mode = entry.external_attr >> 16
    if not entry.filename.strip("/"):
        return "has no name"
    if len(name) > ENTRY_NAME:
        return f"has a name of more than {ENTRY_NAME} characters"
    if "\0" in name or any(ord(letter) < 32 for letter in name):
        return "has a name with control characters"
    if name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"):
        return "has a name that leads out of the archive"
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device, not a file"
    if entry.filename in seen:
        return "is there twice"
    if entry.flag_bits & 1:
        return "is encrypted"
    if entry.compress_type not in _METHODS:
        return "is compressed in another way than deflate"
    if entry.file_size > max(RATIO * entry.compress_size, _SMALL):
        return f"would unpack to more than {RATIO} times its size"
    return ""


def _require_few(file: BinaryIO, what: str) -> None:
    """Count the entries before the library makes an object of each."""
    file.seek(0)
    count, tail = 0, b""
    while block := file.read(_BLOCK):
        count += (tail + block).count(_ENTRY)
        tail = block[-3:]  # Shorter than what is looked for, so that nothing is counted twice.
        if count > ENTRIES:
            raise DataError(f"{what} has more than {ENTRIES:,} entries; unpack it and give the folder.")
