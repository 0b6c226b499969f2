"""A file is used only if it is the published one; nothing else is ever left at its name."""

import gzip
import hashlib
import socket
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.data import helpers
from tests.data.helpers import ARRAY, FILE, OTHER, PLAIN, SHAPE, ZIPPED
from vaelab.data import download, published
from vaelab.data.published import File
from vaelab.errors import DataError


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache, no folder of the user's, and no proxy between us and the server."""
    monkeypatch.setenv("VAELAB_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("VAELAB_DATA_DIR", raising=False)
    monkeypatch.setenv("no_proxy", "*")
    return tmp_path / "cache" / "toy"


@pytest.fixture
def server():
    with helpers.serving() as state:
        yield state


def read(*mirrors: str, file: File = FILE) -> np.ndarray:
    return published.read("Toy", "toy", file, mirrors)


def kept(folder) -> set[str]:
    """The files in a folder, but for locks."""
    return {path.name for path in folder.glob("*") if path.suffix != ".lock"} if folder.exists() else set()


def test_promise_20_download_then_cache(server, cache):
    assert not published.present("toy", FILE)
    mirror = server.mirror("good", helpers.sends(ZIPPED))
    for _ in range(2):
        np.testing.assert_array_equal(read(mirror), ARRAY)
    assert server.requests == ["/good/images.gz"]
    assert kept(cache) == {"images.gz"} and (cache / "images.gz").read_bytes() == ZIPPED
    assert published.present("toy", FILE)
    np.testing.assert_array_equal(read(), ARRAY)


def test_promise_20_other_framing_of_the_same_bytes_is_accepted(server):
    np.testing.assert_array_equal(read(server.mirror("plain", helpers.sends(PLAIN))), ARRAY)


def test_promise_20_a_redirect_is_followed(server):
    target = server.mirror("good", helpers.sends(ZIPPED)) + "/images.gz"
    np.testing.assert_array_equal(read(server.mirror("moved", helpers.redirects(target))), ARRAY)


BAD = {
    "404": (lambda server: helpers.refuses(404), "404"),
    "503": (lambda server: helpers.refuses(503), "503"),
    "web page": (lambda server: helpers.sends(b"<html>Quota exceeded</html>" * 20), "not an IDX file"),
    "wrong bytes": (lambda server: helpers.sends(OTHER), "SHA-256"),
    "truncated": (lambda server: helpers.sends(ZIPPED[:-50], len(ZIPPED)), "50 bytes before the end"),
    "truncated in silence": (lambda server: helpers.sends(ZIPPED[:-50]), "cannot be unpacked"),
    "nothing": (lambda server: helpers.sends(b""), "not an IDX file"),
    "too large": (lambda server: helpers.sends(bytes(1_000_000)), "larger than"),
    "without an end": (lambda server: helpers.drips(server, 0, bytes(5000), 10_000), "larger than"),
    "drip": (lambda server: helpers.drips(server, 0.02, b"\x1f", 150), "bytes came in"),
    "silence": (lambda server: lambda handler: server.ending.wait(5), "timed out"),
    "redirect loop": (lambda server: helpers.redirects("/bad/images.gz"), "redirect"),
    "not HTTP": (lambda server: lambda handler: handler.wfile.write(b"\0\1\2\3" * 9), "BadStatusLine|\0"),
}


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(download, "SILENCE", 0.3)
    monkeypatch.setattr(download, "PATIENCE", 0.5)


@pytest.mark.parametrize("answer, says", BAD.values(), ids=BAD.keys())
def test_promise_20_a_bad_mirror_is_refused_and_leaves_nothing(answer, says, server, cache, impatient):
    mirror = server.mirror("bad", answer(server))
    with pytest.raises(DataError, match=says) as refusal:
        read(mirror)
    assert mirror in str(refusal.value)
    assert kept(cache) == set() and not published.present("toy", FILE)
    assert server.endured == []


@pytest.mark.parametrize("answer, says", BAD.values(), ids=BAD.keys())
def test_promise_20_a_bad_mirror_is_skipped(answer, says, server, cache, impatient):
    bad, good = server.mirror("bad", answer(server)), server.mirror("good", helpers.sends(ZIPPED))
    np.testing.assert_array_equal(read(bad, good), ARRAY)
    assert server.requests[0].startswith("/bad") and kept(cache) == {"images.gz"}


def test_promise_20_without_a_network_the_message_says_what_to_do(cache, tmp_path, monkeypatch):
    with socket.socket() as closed:  # Bound but not listening: connections are refused.
        closed.bind(("127.0.0.1", 0))
        mirrors = [f"http://127.0.0.1:{closed.getsockname()[1]}/{name}" for name in ("one", "two")]
        for given in (None, tmp_path / "mine"):
            if given:
                monkeypatch.setenv("VAELAB_DATA_DIR", str(given))
            with pytest.raises(DataError) as refusal:
                read(*mirrors)
            message = str(refusal.value)
            facts = [*mirrors, "Toy", str(cache), "refused", "set VAELAB_DATA_DIR", "toy/images.gz", "digits"]
            assert all(fact in message for fact in facts) and "\n" not in message and "urlopen" not in message
            assert str(tmp_path / "mine") in message if given else "not set" in message
    assert kept(cache) == set()


def test_promise_20_a_damaged_cache_is_repaired(server, cache):
    mirror = server.mirror("good", helpers.sends(ZIPPED))
    for damaged in (b"", ZIPPED[:-9], OTHER, bytes(FILE.limit + 1)):
        cache.mkdir(parents=True, exist_ok=True)
        (cache / "images.gz").write_bytes(damaged)
        np.testing.assert_array_equal(read(mirror), ARRAY)
        assert (cache / "images.gz").read_bytes() == ZIPPED


@pytest.mark.parametrize("name, content", [("images.gz", ZIPPED), ("images", PLAIN)])
def test_promise_20_the_users_folder_comes_first_and_is_left_alone(name, content, server, cache, tmp_path, monkeypatch):
    folder = tmp_path / "mine" / "toy"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)
    cache.mkdir(parents=True)
    (cache / "images.gz").write_bytes(OTHER)
    monkeypatch.setenv("VAELAB_DATA_DIR", str(tmp_path / "mine"))
    assert published.present("toy", FILE)
    np.testing.assert_array_equal(read(server.mirror("good", helpers.sends(ZIPPED))), ARRAY)
    assert server.requests == [] and (cache / "images.gz").read_bytes() == OTHER
    assert [path.name for path in folder.iterdir()] == [name] and (folder / name).read_bytes() == content


@pytest.mark.parametrize("damaged", [b"", OTHER, ZIPPED[:-9], bytes(FILE.limit + 1)])
def test_promise_20_a_damaged_file_of_the_users_is_named_not_replaced(damaged, server, tmp_path, monkeypatch):
    path = tmp_path / "mine" / "toy" / "images.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(damaged)
    monkeypatch.setenv("VAELAB_DATA_DIR", str(tmp_path / "mine"))
    with pytest.raises(DataError) as refusal:
        read(server.mirror("good", helpers.sends(ZIPPED)))
    assert str(refusal.value).startswith(str(path))
    assert path.read_bytes() == damaged and server.requests == []


def test_promise_20_a_huge_file_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "mine" / "toy" / "images.gz"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(2**40)  # Sparse: it takes no room on the disk, but would in memory.
    monkeypatch.setenv("VAELAB_DATA_DIR", str(tmp_path / "mine"))
    with pytest.raises(DataError, match="images.gz is not the published file: it is larger than"):
        read()


def test_promise_20_a_digest_of_compressed_bytes(server, cache, tmp_path, monkeypatch):
    file = File("images", SHAPE, hashlib.sha256(ZIPPED).hexdigest(), "compressed")
    anew = server.mirror("anew", helpers.sends(gzip.compress(PLAIN, compresslevel=1, mtime=1)))
    with pytest.raises(DataError, match="SHA-256 of its compressed bytes"):
        read(anew, file=file)
    np.testing.assert_array_equal(read(server.mirror("good", helpers.sends(ZIPPED)), file=file), ARRAY)
    # A plain file cannot be verified, so it is not looked at.
    (tmp_path / "mine" / "toy").mkdir(parents=True)
    (tmp_path / "mine" / "toy" / "images").write_bytes(PLAIN)
    monkeypatch.setenv("VAELAB_DATA_DIR", str(tmp_path / "mine"))
    (cache / "images.gz").unlink()
    assert not published.present("toy", file)


def test_promise_20_many_at_once_download_once(server):
    mirror = server.mirror("good", helpers.sends(ZIPPED))
    with ThreadPoolExecutor(8) as pool:
        for array in pool.map(lambda _: read(mirror), range(8)):
            np.testing.assert_array_equal(array, ARRAY)
    assert server.requests == ["/good/images.gz"]


def test_promise_20_a_cache_that_cannot_be_written_is_named(server, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("VAELAB_CACHE_DIR", str(tmp_path / "file"))
    with pytest.raises(DataError, match="set VAELAB_CACHE_DIR"):
        read(server.mirror("good", helpers.sends(ZIPPED)))


@pytest.mark.parametrize("call", ["write_bytes", "replace"])
def test_promise_20_a_failing_write_leaves_nothing(call, server, cache, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(download.Path if call == "write_bytes" else download.os, call, fail)
    with pytest.raises(DataError, match="No space left on device.*set VAELAB_CACHE_DIR"):
        read(server.mirror("good", helpers.sends(ZIPPED)))
    assert kept(cache) == set()
