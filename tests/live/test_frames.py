"""A frame comes back as it was sent, and no bytes from outside lead beyond its bounds."""

import json
import random
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vaelab.errors import RunError
from vaelab.live.frames import DTYPES, pack, read_header, unpack

ARRAYS = st.sampled_from(DTYPES).flatmap(
    lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5))
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.text(max_size=12), ARRAYS, max_size=6), st.text(max_size=40))
def test_a_frame_comes_back_as_it_was_sent(sent, title):
    content = pack({"title": title, "step": 3}, sent)
    header, received = unpack(content)
    assert header["title"] == title and header["step"] == 3 and header["version"] == 1
    assert read_header(content) == header
    assert list(received) == list(sent)
    for name, array in sent.items():
        assert received[name].dtype == array.dtype and received[name].shape == array.shape
        assert received[name].tobytes() == array.tobytes()


def test_the_layout_is_the_one_that_the_browser_reads():
    content = pack({"a": 1}, {"x": np.array([1, 2, 3], np.uint8), "y": np.array([[1.5], [2]], ">f4").T})
    length = struct.unpack("<I", content[:4])[0]
    header = json.loads(content[4 : 4 + length])
    start = 4 + length
    assert start % 8 == 0
    assert header["arrays"] == [
        {"name": "x", "dtype": "uint8", "shape": [3], "offset": 0},
        {"name": "y", "dtype": "float32", "shape": [1, 2], "offset": 8},
    ]
    assert content[start : start + 3] == b"\1\2\3"
    assert struct.unpack("<2f", content[start + 8 : start + 16]) == (1.5, 2.0)
    assert len(content) == start + 16


def test_what_a_browser_could_not_read_is_not_sent():
    with pytest.raises(RunError, match="cannot carry x of type float64"):
        pack({}, {"x": np.zeros(2)})
    with pytest.raises(ValueError, match="JSON"):
        pack({"loss": float("nan")}, {})


def raw(header, payload=b"\0" * 64):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    text += b" " * (-(4 + len(text)) % 8)
    return struct.pack("<I", len(text)) + text + payload


def entry(**changes):
    return {"version": 1, "arrays": [{"name": "x", "dtype": "float32", "shape": [4], "offset": 0} | changes]}


HOSTILE = {
    "empty": b"",
    "three bytes": b"abc",
    "length beyond the end": struct.pack("<I", 1 << 31) + b"{}",
    "length a little beyond the end": struct.pack("<I", 40) + b'{"version": 1, "arrays": []}',
    "not JSON": raw(b"{"),
    "deep JSON": raw(b"[" * 100_000),
    "a list": raw([]),
    "another version": raw({"version": 2, "arrays": []}),
    "no list": raw({"version": 1}),
    "a list of numbers": raw({"version": 1, "arrays": [1]}),
    "no name": raw(entry(name=None)),
    "float64": raw(entry(dtype="float64")),
    "object": raw(entry(dtype="object")),
    "a type that is a list": raw(entry(dtype=["float32"])),
    "too long": raw(entry(shape=[17])),
    "exabytes": raw(entry(shape=[1 << 40, 1 << 40])),
    "negative": raw(entry(shape=[-1])),
    "nested shape": raw(entry(shape=[[1]])),
    "shape of truth": raw(entry(shape=[True])),
    "many axes": raw(entry(shape=[1] * 9)),
    "no shape": raw(entry(shape=None)),
    "odd offset": raw(entry(offset=4)),
    "offset beyond": raw(entry(offset=1 << 40)),
    "negative offset": raw(entry(offset=-8)),
    "no offset": raw(entry(offset=None)),
    "twice": raw({"version": 1, "arrays": entry()["arrays"] * 2}),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_frames_are_refused(kind):
    with pytest.raises(RunError):
        unpack(HOSTILE[kind])


def test_mutated_frames_are_refused_or_stay_within_their_bytes():
    chance = random.Random(0)
    good = pack({"title": "x"}, {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.arange(5, dtype=np.uint8)})
    refused = 0
    for _ in range(1000):
        content = bytearray(good)
        for _ in range(chance.randint(1, 3)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        content = bytes(content[: chance.choice([len(content), len(content), chance.randrange(len(content))])])
        try:
            _, found = unpack(content)
        except RunError:
            refused += 1
            continue
        assert sum(array.nbytes for array in found.values()) <= 2 * len(content)
    assert 200 < refused < 1000
