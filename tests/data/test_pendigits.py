"""Pen strokes: what is parsed is what was written, and a file is used only if it is the published one."""

import hashlib

import numpy as np
import pytest

from tests.data import helpers
from vaelab.data import available, load, pendigits, published
from vaelab.data.pendigits import Strokes, parse, write
from vaelab.errors import DataError

# The first two lines of the published training file, whose columns are aligned with blanks.
ALIGNED = (
    b" 47,100, 27, 81, 57, 37, 26,  0,  0, 23, 56, 53,100, 90, 40, 98, 8\n"
    b"  0, 89, 27,100, 42, 75, 29, 45, 15, 15, 37,  0, 69,  2,100,  6, 2\n"
)
PLAIN = b"47,100,27,81,57,37,26,0,0,23,56,53,100,90,40,98,8\n0,89,27,100,42,75,29,45,15,15,37,0,69,2,100,6,2\n"
NUMBERS = [
    [47, 100, 27, 81, 57, 37, 26, 0, 0, 23, 56, 53, 100, 90, 40, 98, 8],
    [0, 89, 27, 100, 42, 75, 29, 45, 15, 15, 37, 0, 69, 2, 100, 6, 2],
]
FILE = Strokes("toy.tra", 2, hashlib.sha256(PLAIN).hexdigest())


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A cache and a folder of the user's, both empty, and no proxy between us and the server."""
    monkeypatch.setenv("VAELAB_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("VAELAB_DATA_DIR", str(tmp_path / "mine"))
    monkeypatch.setenv("no_proxy", "*")
    (tmp_path / "mine" / "toy").mkdir(parents=True)
    return tmp_path / "mine" / "toy"


def read(*mirrors: str) -> np.ndarray:
    return published.read("Toy", "toy", FILE, mirrors)


@pytest.mark.parametrize("stored", [ALIGNED, PLAIN, PLAIN.replace(b"\n", b"\r\n"), PLAIN.rstrip(b"\n")])
def test_blanks_do_not_matter(stored):
    numbers = parse(stored, "toy")
    assert numbers.tolist() == NUMBERS and numbers.dtype == np.uint8
    assert write(numbers) == PLAIN
    np.testing.assert_array_equal(FILE.verified(stored, "toy"), NUMBERS)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"", "line 3 must be 16 numbers"),
        (b"1,2,3", "line 3"),
        (PLAIN.splitlines()[0] + b",1", "line 3"),
        (b"101" + PLAIN.splitlines()[0][2:], "from 0 to 100"),
        (b"-1" + PLAIN.splitlines()[0][2:], "'-1,100"),
        (b"4.7" + PLAIN.splitlines()[0][2:], "line 3"),
        (b"4 7" + PLAIN.splitlines()[0][2:], "line 3"),
        (b"0047" + PLAIN.splitlines()[0][2:], "line 3"),
        (PLAIN.splitlines()[0] + b"8", "a digit"),
        (PLAIN.splitlines()[0].replace(b",", b";"), "commas"),
        (b"<html>Not found</html>" * 9, "line 3"),
        (b"\xff\xfe", "no ASCII character"),
        ("４７".encode(), "no ASCII character"),
    ],
)
def test_what_is_no_stroke_is_refused_in_one_sentence(line, says):
    with pytest.raises(DataError, match=says) as refusal:
        parse(PLAIN + line + b"\n" + PLAIN, "toy")
    message = str(refusal.value)
    assert message.startswith("toy is") and message.endswith(".") and "\n" not in message and len(message) < 250


@pytest.mark.parametrize(
    ("stored", "says"),
    [(b"", "has 0 lines"), (PLAIN * 2, "has 4 lines, but 2"), (PLAIN.replace(b"47", b"48"), "SHA-256 of its numbers")],
)
def test_another_file_is_refused(stored, says, folder):
    path = folder / "toy.tra"
    path.write_bytes(stored)
    with pytest.raises(DataError, match=says) as refusal:
        read()
    assert str(refusal.value).startswith(str(path)) and path.read_bytes() == stored


def test_a_huge_file_is_not_read(folder):
    with (folder / "toy.tra").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(DataError, match="larger than 272 bytes"):
        read()


def test_download_then_cache(folder, tmp_path):
    with helpers.serving() as server:
        good = server.mirror("good", helpers.sends(ALIGNED))
        bad = server.mirror("bad", helpers.sends(b"<html>Moved</html>"))
        assert not published.present("toy", FILE)
        for _ in range(2):
            np.testing.assert_array_equal(read(bad, good), NUMBERS)
        assert server.requests == ["/bad/toy.tra", "/good/toy.tra"]
    assert (tmp_path / "cache" / "toy" / "toy.tra").read_bytes() == ALIGNED
    assert published.present("toy", FILE)


def test_a_data_set_is_both_files(folder, monkeypatch):
    other = b"100,0,100,0,100,0,100,0,0,50,0,50,0,50,0,50,9\n"
    files = (FILE, Strokes("toy.tes", 1, hashlib.sha256(other).hexdigest()))
    monkeypatch.setattr(pendigits, "_FILES", files)
    folder = folder.rename(folder.with_name("pendigits"))
    (folder / "toy.tra").write_bytes(ALIGNED)
    assert not pendigits.available()
    (folder / "toy.tes").write_bytes(other)
    assert pendigits.available()
    dataset = pendigits.load()
    assert dataset.train.images[0].tolist() == [
        [120, 255], [69, 207], [145, 94], [66, 0], [0, 59], [143, 135], [255, 230], [102, 250],
    ]  # fmt: skip
    assert dataset.test.images.tolist() == [[[255, 0]] * 4 + [[0, 128]] * 4]
    assert dataset.train.labels.tolist() == [8, 2] and dataset.test.labels.tolist() == [9]


def test_every_coordinate_can_be_recovered():
    numbers = np.tile(np.arange(101, dtype=np.uint8)[:, None], (1, 17))
    numbers[:, -1] = 0
    images = pendigits._split(numbers).images
    np.testing.assert_array_equal(np.rint(images * (100 / 255)), numbers[:, :-1].reshape(-1, 8, 2))
    np.testing.assert_array_equal(np.rint(images / 255 * 100), numbers[:, :-1].reshape(-1, 8, 2))


@pytest.fixture(scope="module")
def strokes():
    """The published strokes from VAELAB_DATA_DIR."""
    if not available("pendigits"):
        pytest.skip("The pen strokes are not at hand; set VAELAB_DATA_DIR to a folder with pendigits/pendigits.tra")
    return load("pendigits")


def test_the_strokes_are_those_that_were_published(strokes):
    train, test = (np.bincount(split.labels).tolist() for split in (strokes.train, strokes.test))
    assert train == [780, 779, 780, 719, 780, 720, 720, 778, 719, 719]
    assert test == [363, 364, 364, 336, 364, 335, 336, 364, 336, 336]
    points = np.rint(strokes.train.images[:2] * (100 / 255)).astype(int).reshape(2, 16)
    assert points.tolist() == [row[:-1] for row in NUMBERS]


def test_each_stroke_fills_its_box_and_points_up(strokes):
    for split in (strokes.train, strokes.test):
        # Drawings were scaled, whole, until the longer side was 0..100.
        low, high = split.images.min(1), split.images.max(1)
        assert ((low == 0) & (high == 255)).any(1).mean() > 0.99
    sevens = strokes.train.images[strokes.train.labels == 7].astype(int)
    # A seven begins above its end: y grows upwards.
    assert (sevens[:, :4, 1].mean(1) > sevens[:, 4:, 1].mean(1)).mean() > 0.9
