"""The residual block of the convolutional networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from vaelab.lazy import jnp
from vaelab.nets.layers import Function, Layer, Shape, apply
from vaelab.nets.products import product


@dataclass(frozen=True)
class Residual(Layer):
    """y = x + W2 f(W1 * f(x)), a 3x3 and a 1x1 convolution. He et al. 2016; in this form van den Oord et al. 2017.

    The 3x3 convolution is a matrix product over nine shifted copies: a library convolution inside a compiled loop is an
    order of magnitude slower on CPU.
    """

    channels: int
    function: Function
    kind: ClassVar[str] = "residual"

    def parameters(self) -> dict[str, Shape]:
        """W1 [9 C, C], its rows by row offset, column offset and channel, and W2 [C, C], with their biases."""
        channels = self.channels
        return {
            "kernel": (9 * channels, channels), "bias": (channels,),
            "point_kernel": (channels, channels), "point_bias": (channels,),
        }

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, H, W, C] -> [B, H, W, C]."""
        height, width = x.shape[1:3]
        around = jnp.pad(apply(self.function, x), ((0, 0), (1, 1), (1, 1), (0, 0)))
        shifted = [around[:, dy : dy + height, dx : dx + width] for dy in range(3) for dx in range(3)]
        columns = jnp.concatenate(shifted, axis=-1).reshape(-1, 9 * self.channels)
        hidden = apply(self.function, product(columns, parameters["kernel"]) + parameters["bias"][None])
        return x + (product(hidden, parameters["point_kernel"]) + parameters["point_bias"][None]).reshape(x.shape)
