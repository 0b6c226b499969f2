"""Kernels of 4x4 with stride 2, made of borders, merges and windows, against JAX's own convolution."""

import jax
import numpy as np
import pytest

from vaelab.nets.conv import Conv

NUMBERS = ("NHWC", "HWIO", "NHWC")
INPUTS, OUTPUTS = 3, 5


def run(layers, kernel, x):
    """Apply layers of which one is linear, with no bias."""
    for layer in layers:
        x = layer(x, {"kernel": kernel, "bias": np.zeros(kernel.shape[1], np.float32)})
    return x


@pytest.fixture
def x(random):
    return random.normal(size=(2, 6, 8, INPUTS)).astype(np.float32)


def test_gathering_is_a_convolution_of_kernel_4_stride_2_and_padding_1(random, x):
    kernel = random.normal(size=(4, 4, INPUTS, OUTPUTS)).astype(np.float32)
    wanted = jax.lax.conv_general_dilated(x, kernel, (2, 2), [(1, 1), (1, 1)], dimension_numbers=NUMBERS)
    # Rows of the matrix: which of 2x2 patches, which of its 2x2 pixels, which channel.
    patches = kernel.reshape(2, 2, 2, 2, INPUTS, OUTPUTS).transpose(0, 2, 1, 3, 4, 5)
    found = run(Conv((OUTPUTS,), kernel=4)._gather(INPUTS, OUTPUTS), patches.reshape(16 * INPUTS, OUTPUTS), x)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4)


def test_spreading_is_its_transpose(random, x):
    kernel = random.normal(size=(4, 4, INPUTS, OUTPUTS)).astype(np.float32)
    # Each input adds a 4x4 picture to the output: the convolution of the input, spread out with zeros between.
    wanted = jax.lax.conv_general_dilated(
        x, kernel[::-1, ::-1], (1, 1), [(2, 2), (2, 2)], lhs_dilation=(2, 2), dimension_numbers=NUMBERS
    )
    # Columns of the matrix: which of 2x2 patches, which of its 2x2 pixels, which channel.
    patches = kernel.reshape(2, 2, 2, 2, INPUTS, OUTPUTS).transpose(4, 0, 2, 1, 3, 5)
    found = run(Conv((OUTPUTS,), kernel=4)._spread(INPUTS, OUTPUTS), patches.reshape(INPUTS, 16 * OUTPUTS), x)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4)
