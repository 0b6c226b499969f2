"""Layers against the definitions they are written to equal."""

import jax
import numpy as np
import pytest

from vaelab.architecture import design
from vaelab.bottlenecks import Gaussian, Point
from vaelab.nets import Conv, Dense, Patch, Recurrent
from vaelab.nets.initializer import Initializer
from vaelab.nets.layers import Linear
from vaelab.nets.rearranging import Crop, Merge, Pad, Split


def test_merge_and_linear_are_a_convolution_of_kernel_2_and_stride_2(random):
    x = random.normal(size=(3, 6, 8, 5)).astype(np.float32)
    kernel, bias = random.normal(size=(20, 7)).astype(np.float32), random.normal(size=7).astype(np.float32)
    merged = Linear(20, 7)(Merge(5)(x, {}), {"kernel": kernel, "bias": bias})
    library = jax.lax.conv_general_dilated(
        x, kernel.reshape(2, 2, 5, 7), (2, 2), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )
    np.testing.assert_allclose(merged, library + bias[None, None, None], rtol=1e-4, atol=1e-4)


def test_linear_and_split_are_a_transposed_convolution_of_kernel_2_and_stride_2(random):
    x = random.normal(size=(3, 3, 4, 5)).astype(np.float32)
    kernel = random.normal(size=(5, 4 * 7)).astype(np.float32)
    spread = Split(7)(Linear(5, 28)(x, {"kernel": kernel, "bias": np.zeros(28, np.float32)}), {})
    library = jax.lax.conv_transpose(
        x, kernel.reshape(5, 2, 2, 7).transpose(1, 2, 0, 3)[::-1, ::-1], (2, 2), "VALID",
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )
    np.testing.assert_allclose(spread, library, rtol=1e-4, atol=1e-4)


def test_split_undoes_merge_and_crop_undoes_pad(random):
    x = random.normal(size=(2, 6, 4, 3)).astype(np.float32)
    np.testing.assert_array_equal(Split(3)(Merge(3)(x, {}), {}), x)
    np.testing.assert_array_equal(Crop(6, 4)(Pad(8, 8)(x, {}), {}), x)


BACKBONES = (
    Dense(), Dense(hidden=()), Dense((7, 5)), Conv(), Conv((4,)), Conv((4, 4, 4)), Conv((4, 4), kernel=4),
    Recurrent(hidden=5), Recurrent("lstm", 5), Patch(4, 8, 1), Patch(5, 8, 2, 2),
)


@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (9, 13, 3), (64, 32, 3)])
def test_backbones_fit_any_image_size(backbone, shape):
    architecture = design(backbone, Gaussian(3), shape, shape)
    for program in architecture.programs().values():
        walked = program.input_shape
        for layer in program.layers:
            x = jax.eval_shape(
                lambda layer=layer, walked=walked: layer(
                    np.zeros((2, *walked), np.float32),
                    {name: np.zeros(shape, np.float32) for name, shape in layer.parameters().items()},
                )
            )
            walked = layer.output_shape(walked)
            assert x.shape == (2, *walked)
    assert architecture.decoder.output_shape == shape
    assert architecture.head.input_shape == architecture.encoder.output_shape


def test_equal_names_and_shapes_start_equal_whatever_else_the_model_holds():
    first = design(Dense((16,)), Gaussian(3), (8, 8, 1), (8, 8, 1))
    second = design(Dense((16,)), Point(3), (8, 8, 1), (8, 8, 1))
    initial = Initializer(seed=3)
    shared = [n for n, s in first.parameters().items() if second.parameters().get(n) == s]
    assert "decoder/1/kernel" in shared
    assert "head/1/kernel" not in shared
    for array in shared:
        shape = first.parameters()[array]
        np.testing.assert_array_equal(initial(array, shape), Initializer(seed=3)(array, shape))
    kernel = initial("decoder/1/kernel", (16, 64))
    assert not np.array_equal(kernel, Initializer(seed=4)("decoder/1/kernel", (16, 64)))
    assert abs(kernel.std() - np.sqrt(2 / (16 + 64))) < 0.01  # Glorot & Bengio 2010, eq. 12
