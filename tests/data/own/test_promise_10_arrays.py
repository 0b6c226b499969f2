"""Promise 10: .npy and .npz are never unpickled, and nothing is allocated before its size has been compared."""

import io
import zipfile

import numpy as np
import pytest

from tests.data.own import watched
from tests.data.own.making import announced, array_file, arrays_file, file, mutated
from vaelab.data.own.npy import Rows, read_header, size_of, write_header
from vaelab.data.own.planning import plan
from vaelab.errors import DataError

GIB = 1 << 30
GOOD = np.random.default_rng(0).integers(0, 256, (60, 8, 8), np.uint8)


class Trap:
    """Unpickled, it would leave a mark."""

    def __reduce__(self):
        return (print, ("unpickled",))


def objects() -> bytes:
    content = io.BytesIO()
    np.save(content, np.array([Trap()] * 60, object), allow_pickle=True)
    return content.getvalue()


def hollow() -> bytes:
    """A few megabytes that unpack to a gigabyte."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as found:
        with found.open("images.npy", "w") as entry:
            entry.write(announced("'|u1'", "(1048576, 32, 32)"))
            for _ in range(1024):
                entry.write(bytes(1 << 20))
    return content.getvalue()


HOSTILE = {
    "objects": (objects, "x.npy", "plain numbers"),
    "a structure": (lambda: announced("[('a', '<f8')]", "(60,)", bytes(480)), "x.npy", "plain numbers"),
    "text": (lambda: announced("'<U8'", "(60,)", bytes(1920)), "x.npy", "plain numbers"),
    "a call in the header": (lambda: announced("__import__('os').system('id')", "(60,)"), "x.npy", "plain numbers"),
    "74 GiB announced": (lambda: announced("'<f8'", "(10000000, 1000)"), "x.npy", "announces .* 10000000 x 1000"),
    "more than any machine has": (lambda: announced("'|u1'", "(999999999999999999, 999999999999999999)"), "x.npy",
                                  "announces"),
    "a negative size": (lambda: announced("'|u1'", "(-60, 8)"), "x.npy", "plain numbers"),
    "a header of 4 GB": (lambda: b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + bytes(100), "x.npy", "header would have"),
    "a header nested a thousand times": (lambda: announced("'|u1'", "(" * 1000 + ")" * 1000), "x.npy", "header|plain"),
    "fewer numbers than announced": (lambda: announced("'|u1'", "(60, 8, 8)", bytes(100)), "x.npy", "but 100 follow"),
    "more numbers than announced": (lambda: announced("'|u1'", "(60, 8, 8)", bytes(9999)), "x.npy", "but 9,999 follow"),
    "column by column": (lambda: announced("'|u1'", "(60, 8, 8)", bytes(3840), "True"), "x.npy", "ascontiguousarray"),
    "no dimension": (lambda: announced("'|u1'", "()", b"x"), "x.npy", "single number"),
    "no rows": (lambda: announced("'|u1'", "(0, 8, 8)"), "x.npy", "0 examples"),
    "no numbers in a row": (lambda: announced("'|u1'", "(60, 0, 8)"), "x.npy", "60 examples"),
    "five dimensions": (lambda: announced("'|u1'", "(60, 2, 2, 2, 2)", bytes(960)), "x.npy", "neither grey"),
    "a few megabytes that unpack to a gigabyte": (hollow, "x.npz", "more than 100 times its size"),
    "an IDX file that announces 4 GB": (lambda: bytes((0, 0, 8, 2, 255, 255, 255, 255, 0, 0, 0, 1)), "x", "announces"),
    "an IDX file without its sizes": (lambda: bytes((0, 0, 8, 3, 0)), "x", "damaged"),
    "an IDX file of no known type": (lambda: bytes((0, 0, 7, 1, 0, 0, 0, 60)) + bytes(60), "x", "no NumPy file"),
    "a gzip file that is cut": (lambda: __import__("gzip").compress(bytes(99999))[:40], "x.gz", "is damaged"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_promise_10_hostile_arrays_are_refused_in_words(name, capfd):
    make, called, reason = HOSTILE[name]
    with pytest.raises(DataError, match=reason) as caught:
        plan([file(called, make())])
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")
    assert "unpickled" not in capfd.readouterr().out


def test_promise_10_hostile_arrays_need_no_memory():
    """The whole table in a process that has two gigabytes of addresses, little of which it may use."""
    program = """
import numpy as np
from tests.data.own.test_promise_10_arrays import HOSTILE
from tests.data.own.making import file
from vaelab.data.own.planning import plan
from vaelab.errors import DataError
import scipy  # noqa
contents = {name: (make(), called) for name, (make, called, _) in HOSTILE.items()}
before = peak()
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
refused = 0
for name, (content, called) in contents.items():
    try:
        plan([file(called, content)])
    except DataError:
        refused += 1
result = [refused, len(contents), before]
"""
    (refused, count, before), peak = watched.run(program)
    assert refused == count
    assert peak - before < 64 << 20


@pytest.mark.parametrize("count", [300, pytest.param(3000, marks=pytest.mark.slow)])
def test_promise_10_mutated_arrays_are_read_or_refused_in_words(count):
    sources = [(array_file(GOOD).file, "x.npy"), (arrays_file(images=GOOD, labels=np.arange(60) % 3).file, "x.npz")]
    random, refused = np.random.default_rng(10), 0
    for index in range(count):
        content, name = sources[index % 2]
        try:
            plan([file(name, mutated(content.getvalue(), random))])  # type: ignore[attr-defined]
        except DataError as error:
            refused += 1
            assert "\n" not in str(error)
    assert count / 4 < refused < count
    print(f"{count} mutated arrays: {refused} refused")


@pytest.mark.parametrize("dtype", ["|u1", "|b1", "<i2", ">i4", "<u8", "<f2", ">f4", "<f8"])
@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_promise_10_what_numpy_writes_is_read_as_numpy_reads_it(dtype, version):
    array, content = GOOD.astype(dtype), io.BytesIO()
    np.lib.format.write_array(content, array, version, allow_pickle=False)
    header = read_header(content, size_of(content), "it")
    assert (header.dtype, header.shape) == (array.dtype, array.shape)
    rows = Rows(content, header.offset, header.dtype, header.shape)
    assert (rows[7] == array[7]).all()
    assert (np.concatenate([block for _, block in rows.blocks()]) == array).all()


@pytest.mark.parametrize("shape", [(0, 8, 8, 1), (1_000_000, 128, 128, 3), (5,), (7, 16_384, 1)])
def test_promise_10_what_is_stored_numpy_can_read(shape, tmp_path):
    header = write_header(shape)
    assert len(header) == 128
    found = np.lib.format.read_array_header_1_0
    content = io.BytesIO(header)
    np.lib.format.read_magic(content)
    assert found(content) == (shape, False, np.dtype(np.uint8))
