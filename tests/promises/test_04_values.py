"""4: saving keeps exact values, any layout and dtype."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from ml_dtypes import bfloat16

from tests.checkpoints.helpers import save
from vaelab.checkpoints import load_step, steps
from vaelab.checkpoints.tensors import decode, encode
from vaelab.errors import CheckpointError

DTYPES = [
    "float64", "float32", "float16", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool",
    ">f8", ">f4", ">f2", ">i2", ">i8", ">u4", "bfloat16",
]  # fmt: skip
LAYOUTS = {
    "c": lambda a: a,
    "fortran": np.asfortranarray,
    "strided": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
    "offset": lambda a: np.concatenate([a[:1], a])[1:],
    "reversed": lambda a: a[::-1].T,
    "broadcast": lambda a: np.broadcast_to(a[:1], a.shape),
}


@settings(max_examples=300)
@given(data=st.data(), dtype=st.sampled_from(DTYPES), layout=st.sampled_from(list(LAYOUTS)))
def test_promise_04_every_layout_and_type_comes_back_bit_for_bit(data, dtype, layout):
    shape = arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5)
    if dtype == "bfloat16":
        array = data.draw(arrays.arrays("uint16", shape)).view(bfloat16)  # Any bits, those of NaN among them.
    else:
        array = data.draw(arrays.arrays(dtype, shape))
    if array.ndim:
        array = LAYOUTS[layout](array)
    back = decode(encode({"a": array}, "file"), "file")["a"]
    native = array if dtype == "bfloat16" else array.astype(array.dtype.newbyteorder("="))
    assert back.shape == array.shape and back.dtype == native.dtype
    assert back.tobytes() == native.tobytes()
    assert back.flags.writeable and back.flags.c_contiguous


@settings(max_examples=50)
@given(st.dictionaries(st.text(min_size=1, max_size=20).filter(str.isprintable), st.integers(0, 255), max_size=8))
@example({"../../etc/passwd": 1, "a/b": 2, "-": 3, "ü": 4})
def test_promise_04_names_come_back_too(values):
    values.pop("__metadata__", None)
    back = decode(encode({name: np.uint8(value) for name, value in values.items()}, "file"), "file")
    assert {name: int(array) for name, array in back.items()} == values


@pytest.mark.parametrize("value", [np.array([object()]), np.array(["text"]), np.zeros(2, "complex128")])
def test_promise_04_types_that_cannot_be_stored_are_refused(tmp_path, value):
    with pytest.raises(CheckpointError, match="cannot be stored"):
        save(tmp_path / "run", 1, gallery={"a": value})
    assert steps(tmp_path / "run") == []


@pytest.mark.parametrize("dtype", ["float32", "float16", bfloat16])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_promise_07_parameters_that_are_not_finite_are_refused_on_both_ways(tmp_path, bad, dtype):
    values = np.zeros(5, dtype)
    values[3] = bad
    with pytest.raises(CheckpointError, match="a holds NaN or infinity"):
        save(tmp_path / "run", 1, parameters={"a": values})
    assert steps(tmp_path / "run") == []


def test_promise_04_jax_arrays_are_kept_as_they_are(tmp_path):
    import jax.numpy as jnp

    kept = {"t": jnp.arange(6.0).reshape(2, 3).T, "b": jnp.ones((2, 2), jnp.bfloat16) / 3, "i": jnp.int32(7)}
    back = load_step(save(tmp_path / "run", 1, training=kept)).training
    for name, array in kept.items():
        assert back[name].tobytes() == np.asarray(array).tobytes() and back[name].shape == array.shape
