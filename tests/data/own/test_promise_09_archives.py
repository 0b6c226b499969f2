"""Promise 9: no archive writes outside memory, or expands beyond its limits."""

import io
import os
import struct
import sys
import tempfile
import zipfile

import numpy as np
import pytest

from tests.data.own.making import encoded, pictures, pixels, zipped
from vaelab.data.own import archive, limits
from vaelab.data.own.archive import Archive
from vaelab.data.own.given import Given
from vaelab.data.own.planning import plan
from vaelab.errors import DataError

PNG = encoded(pixels(0))
GOOD = pictures(60)


def with_entry(info: zipfile.ZipInfo, content: bytes = PNG) -> Given:
    """Sixty good pictures, and an entry."""
    given = zipped(GOOD)
    with zipfile.ZipFile(given.file, "a") as found:
        found.writestr(info, content)
    return given


def named(name: str) -> Given:
    return with_entry(zipfile.ZipInfo(name))


def renamed(before: bytes, after: bytes) -> Given:
    """An archive with the same bytes but for a name, which the writer would not have written."""
    content = zipped({**GOOD, before.decode(): PNG}).file
    content.seek(0)
    return Given("pictures.zip", io.BytesIO(content.read().replace(before, after)))


def link() -> Given:
    info = zipfile.ZipInfo("class 0/link.png")
    info.external_attr = 0o120777 << 16
    return with_entry(info, b"/etc/passwd")


def device() -> Given:
    info = zipfile.ZipInfo("class 0/pipe.png")
    info.external_attr = 0o010644 << 16
    return with_entry(info)


def twice() -> Given:
    with pytest.warns(UserWarning, match="Duplicate"):
        return named("class 0/0.png")


def hollow() -> Given:
    info = zipfile.ZipInfo("class 0/hollow.png")
    info.compress_type = zipfile.ZIP_DEFLATED
    return with_entry(info, bytes(8 << 20))


def another_method() -> Given:
    info = zipfile.ZipInfo("class 0/lzma.png")
    info.compress_type = zipfile.ZIP_LZMA
    return with_entry(info)


def encrypted() -> Given:
    given = named("class 0/secret.png")
    content = bytearray(given.file.getvalue())  # type: ignore[attr-defined]
    place = content.rindex(b"PK\x01\x02")
    content[place + 8] |= 1
    return Given("pictures.zip", io.BytesIO(bytes(content)))


def lying(size: int) -> Given:
    """The last entry announces another size than it has."""
    given = named("class 0/lying.png")
    content = bytearray(given.file.getvalue())  # type: ignore[attr-defined]
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = content.rindex(mark)
        content[place + offset : place + offset + 4] = struct.pack("<I", size)
    return Given("pictures.zip", io.BytesIO(bytes(content)))


def overlapping() -> Given:
    """Many entries of one and the same 5 MB: small as a file, 600 MB unpacked."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as found:
        found.writestr("0.png", np.random.default_rng(0).bytes(50_000) * 100)
        first = found.infolist()[0]
        for index in range(1, 121):
            info = zipfile.ZipInfo(f"{index}.png")
            for field in ("header_offset", "file_size", "compress_size", "CRC", "compress_type"):
                setattr(info, field, getattr(first, field))
            info.external_attr = 0o100644 << 16
            found.filelist.append(info)
    return Given("pictures.zip", content)


HOSTILE = {
    "a path upwards": (lambda: named("../../evil.png"), "leads out of the archive"),
    "a path upwards in the middle": (lambda: named("class 0/../../../evil.png"), "leads out of the archive"),
    "a path upwards with backslashes": (lambda: named("class 0\\..\\..\\evil.png"), "leads out of the archive"),
    "an absolute path": (lambda: named("/etc/evil.png"), "leads out of the archive"),
    "a drive": (lambda: named("C:/evil.png"), "leads out of the archive"),
    "a link": (link, "is a link or a device"),
    "a pipe": (device, "is a link or a device"),
    "a name twice": (twice, "is there twice"),
    "a zero in a name": (lambda: renamed(b"evil_.png", b"evil\0.png"), "control characters|no zip archive"),
    "a line break in a name": (lambda: named("class 0/evil\n.png"), "control characters"),
    "300 characters": (lambda: named("x" * 300 + ".png"), "more than 255 characters"),
    "1,000 to 1": (hollow, "more than 100 times its size"),
    "another compression": (another_method, "another way than deflate"),
    "a password": (encrypted, "is encrypted"),
    "entries that overlap": (overlapping, "would unpack to|more than 100 times|no zip archive"),
    "a size of 4 GB": (lambda: lying(0xFFFFFFF0), "more than 100 times"),
    "no archive": (lambda: Given("pictures.zip", io.BytesIO(b"PK\x03\x04" + bytes(100))), "no zip archive"),
    "half an archive": (
        lambda: Given("pictures.zip", io.BytesIO(zipped(GOOD).file.getvalue()[:4000])),  # type: ignore[attr-defined]
        "no zip archive",
    ),
    "an archive in an archive": (
        lambda: zipped({"inner.zip": zipped(GOOD).file.getvalue()}),  # type: ignore[attr-defined]
        "holds no picture that can be used",
    ),
    "an empty archive": (lambda: zipped({}), "holds no picture that can be used"),
}


@pytest.fixture
def opened(monkeypatch) -> list[str]:
    """The names of all files that are opened to be written meanwhile."""
    names: list[str] = []
    listening = [True]

    def hear(event: str, arguments: tuple) -> None:
        if (
            listening[0]
            and event == "open"
            and isinstance(arguments[2], int)
            and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        ):
            names.append(str(arguments[0]))

    sys.addaudithook(hear)
    yield names
    listening[0] = False


@pytest.mark.parametrize("name", HOSTILE)
def test_promise_09_hostile_archives_are_refused_in_words_and_nothing_is_written(name, opened, shelf):
    make, reason = HOSTILE[name]
    given = make()
    before = set(os.listdir(tempfile.gettempdir()))
    opened.clear()
    with pytest.raises(DataError, match=reason) as caught:
        plan([given])
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".") and str(caught.value).isprintable()
    assert opened == []
    assert not shelf.exists()
    assert not any("evil" in name for name in set(os.listdir(tempfile.gettempdir())) - before)


def test_promise_09_a_size_that_is_too_small_or_too_large_leaves_the_entry_out():
    for size in (10, len(PNG) + 50):
        found = plan([lying(size)])
        assert found.dropped.first == [("class 0/lying.png", "damaged")]
        assert len(found.train) + len(found.test) == 60


def test_promise_09_no_more_is_read_than_is_announced(monkeypatch):
    """The stream that unpacks is asked for what is left and one byte more, and for no more than a block."""
    asked = []
    read = zipfile.ZipExtFile.read
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda self, n=-1: asked.append(n) or read(self, n))
    given = zipped({"0.png": bytes(3 << 20)})
    content = Archive(given.file, "it").read(0)
    assert len(content) == 3 << 20
    assert max(asked) <= archive._BLOCK and min(asked) > 0 and asked[-1] == 1


def test_promise_09_entries_are_counted_before_the_list_of_them_is_made(monkeypatch):
    given = zipped(GOOD)
    monkeypatch.setattr(archive, "ENTRIES", 50)
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("It was opened."))
    with pytest.raises(DataError, match="more than 50 entries"):
        plan([given])


def test_promise_09_all_entries_together_have_a_limit(monkeypatch):
    monkeypatch.setattr(archive, "UNPACKED", 10_000)
    with pytest.raises(DataError, match="would unpack to .* unpack it and give the folder"):
        plan([zipped(GOOD)])
    assert limits.UNPACKED == 500 << 20 and limits.RATIO == 100


def test_promise_09_what_systems_add_is_passed_by():
    found = plan([zipped({**GOOD, "__MACOSX/class 0/._0.png": b"x", "class 0/.DS_Store": b"x"})])
    assert found.dropped.total == 0


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.slow)])
def test_promise_09_mutated_archives_are_read_or_refused_in_words(count):
    from tests.data.own.making import mutated

    content = zipped(pictures(52), method=zipfile.ZIP_DEFLATED).file.getvalue()  # type: ignore[attr-defined]
    random, refused = np.random.default_rng(9), 0
    for _ in range(count):
        # Where it hurts: in the table of contents, or anywhere.
        tail = int(random.integers(0, 2)) * (len(content) - 4000)
        given = Given("pictures.zip", io.BytesIO(content[:tail] + mutated(content[tail:], random)))
        try:
            plan([given])
        except DataError as error:
            refused += 1
            assert "\n" not in str(error)
    assert 0 < refused <= count
    print(f"{count} mutated archives: {refused} refused")
