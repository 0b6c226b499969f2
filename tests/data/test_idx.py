"""The IDX reader gives back what was written, and says what is wrong with what was not."""

import gzip
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.helpers import ARRAY, PLAIN, SHAPE, ZIPPED
from vaelab.data import idx
from vaelab.errors import DataError


@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.booleans(), st.randoms(use_true_random=False))
def test_round_trip(sizes, zipped, source):
    shape = tuple(sizes)
    array = np.frombuffer(source.randbytes(int(np.prod(shape))), np.uint8).reshape(shape)
    stored = idx.header(shape) + array.tobytes()
    read = idx.read(gzip.compress(stored) if zipped else stored, shape, "file")
    assert read.dtype == np.uint8 and read.shape == shape
    np.testing.assert_array_equal(read, array)


def test_a_header_of_mnist():
    # The magic number 2051 and the sizes, as its authors' page prints them.
    assert idx.header((60_000, 28, 28)) == bytes.fromhex("00000803 0000ea60 0000001c 0000001c")


DAMAGE = {
    "nothing": (b"", "not an IDX file"),
    "a web page": (b"<html>Sorry</html>" * 40, "not an IDX file"),
    "bad magic": (b"\x01" + PLAIN[1:], "not an IDX file"),
    "unknown number type": (PLAIN[:2] + b"\x07" + PLAIN[3:], "not an IDX file"),
    "floats": (PLAIN[:2] + b"\x0d" + PLAIN[3:], "float32 numbers"),
    "fewer dimensions": (idx.header((320,)) + ARRAY.tobytes(), "1 dimensions"),
    "another size": (idx.header((10, 4, 4)) + ARRAY.tobytes(), "10 x 4 x 4, but 20 x 4 x 4 is wanted"),
    "half a header": (PLAIN[:9], "is wanted"),
    "short": (PLAIN[:-1], "ends after 319 of 320 bytes"),
    "long": (PLAIN + b"\0", "goes on after all of 320 bytes"),
    "short inside gzip": (gzip.compress(PLAIN[:-1]), "ends after 319 of 320 bytes"),
    "long inside gzip": (gzip.compress(PLAIN + b"\0"), "goes on after all of 320 bytes"),
    "gzip cut off": (ZIPPED[:100], "cannot be unpacked"),
    "gzip without its checksum": (ZIPPED[:-8], "cannot be unpacked"),
    "gzip with a wrong checksum": (ZIPPED[:-8] + b"\0" * 8, "cannot be unpacked"),
    "gzip with a changed byte": (ZIPPED[:60] + bytes([ZIPPED[60] ^ 1]) + ZIPPED[61:], "is damaged"),
    "only the mark of gzip": (b"\x1f\x8b", "cannot be unpacked"),
}


@pytest.mark.parametrize("stored, says", DAMAGE.values(), ids=DAMAGE.keys())
def test_damage_is_refused_in_words(stored, says):
    with pytest.raises(DataError, match=says) as refusal:
        idx.read(stored, SHAPE, "images.gz")
    assert str(refusal.value).startswith("images.gz ") and str(refusal.value).endswith(".")


def test_every_byte_of_the_header_counts():
    for place in range(16):
        changed = bytearray(PLAIN)
        changed[place] ^= 0x10
        with pytest.raises(DataError):
            idx.read(bytes(changed), SHAPE, "file")


@pytest.mark.parametrize("start", [idx.header(SHAPE), b"\0" * 16], ids=["right header", "wrong header"])
def test_a_gzip_bomb_is_not_unpacked(start):
    bomb = gzip.compress(start + bytes(100_000_000), compresslevel=1)
    tracemalloc.start()
    with pytest.raises(DataError):
        idx.read(bomb, SHAPE, "bomb")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000
