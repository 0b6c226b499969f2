"""What goes to the device is the device's own, whatever becomes of what it came from."""

import jax
import numpy as np
import pytest

from vaelab.transfer import ALIGNMENT, to_device


def aligned(shape: tuple[int, ...]) -> np.ndarray:
    """Zeros that a processor's device would share, if it were let."""
    memory = np.zeros(4 * int(np.prod(shape)) + ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    return memory[start : start + 4 * int(np.prod(shape))].view(np.float32).reshape(shape)


def test_later_changes_of_an_array_do_not_reach_the_device():
    array = aligned((30, 5))
    here = to_device(array)
    array += 1
    np.testing.assert_array_equal(here, np.zeros((30, 5)))


@pytest.mark.parametrize(
    "array",
    [
        np.float32(3), np.int32(-7), np.bool_(True), np.zeros((0, 3), np.float32), np.arange(24, dtype=np.uint8)[::3],
        np.arange(6.0, dtype=np.float32).reshape(2, 3).T, np.arange(65, dtype=np.int32),
    ],
    ids=["float", "integer", "truth", "empty", "strided", "transposed", "long"],
)  # fmt: skip
def test_values_shapes_and_kinds_stay(array):
    found = to_device(array)
    assert isinstance(found, jax.Array) and found.dtype == array.dtype and found.shape == array.shape
    np.testing.assert_array_equal(found, array)


def test_what_is_on_the_device_stays_where_it_is():
    here = to_device(np.ones(3, np.float32))
    assert to_device(here) is here
