"""The residual block against JAX's own convolution."""

import jax
import numpy as np

from vaelab.nets.residual import Residual


def test_the_block_is_two_convolutions_and_a_sum(random):
    layer = Residual(5, "relu")
    parameters = {name: random.normal(size=shape).astype(np.float32) for name, shape in layer.parameters().items()}
    x = random.normal(size=(2, 4, 6, 5)).astype(np.float32)

    def convolve(values, kernel):
        return jax.lax.conv_general_dilated(
            values, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )

    hidden = convolve(jax.nn.relu(x), parameters["kernel"].reshape(3, 3, 5, 5))
    hidden += parameters["bias"].reshape(1, 1, 1, -1)
    wanted = convolve(jax.nn.relu(hidden), parameters["point_kernel"].reshape(1, 1, 5, 5))
    wanted = x + wanted + parameters["point_bias"].reshape(1, 1, 1, -1)
    np.testing.assert_allclose(layer(x, parameters), wanted, rtol=1e-4, atol=1e-4)
