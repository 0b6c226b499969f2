"""How many held-out examples are looked at, and that the first of them are the same whatever their number."""

import numpy as np
import pytest

from vaelab.evaluation.protocol import MEASURED, SHOWN, first, held_out


@pytest.mark.parametrize(
    ("shape", "most", "pixels", "count"),
    [
        ((10_000, 28, 28, 1), 10_000, SHOWN, 10_000),  # All of MNIST's, in a picture
        ((60_000, 28, 28, 1), 60_000, MEASURED, 60_000),  # and in a figure.
        ((20_000, 128, 128, 3), 10_000, SHOWN, 682),
        ((20_000, 128, 128, 3), 20_000, MEASURED, 5_461),
        ((50, 8, 8, 1), 10_000, SHOWN, 50),
        ((50, 8, 8, 1), 20, SHOWN, 20),
        ((9, 100, 100, 3), 9, 10, 1),  # One at least.
    ],
)
def test_as_many_as_the_memory_has_room_for(shape, most, pixels, count):
    images = np.broadcast_to(np.uint8(0), shape)  # Takes no memory itself.
    assert first(images, most, pixels) == count


@pytest.mark.parametrize("binarization", ["none", "threshold", "dynamic"])
def test_the_first_examples_do_not_depend_on_how_many_follow(digits, binarization):
    images = digits.test.images
    np.testing.assert_array_equal(held_out(images[:37], binarization), held_out(images, binarization)[:37])
