"""Convolutional networks of stride 2, written as matrix products over merged patches."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar, Literal

from vaelab.errors import RecipeError
from vaelab.nets.layers import Activation, Function, Layer, Linear, Program, Shape
from vaelab.nets.overlapping import Border, Overlap, Trim, Windows
from vaelab.nets.rearranging import Crop, Merge, Pad, Reshape, Split
from vaelab.nets.residual import Residual
from vaelab.spec import Spec, number, option


@dataclass(frozen=True)
class Conv(Spec):
    """Each level halves both sides: 2x2 patches into channels, then a linear map; the decoder mirrors it.

    Kernels of 4x4, which overlap, are those of most published models. Those of 2x2 are as good here (half a percent of
    the ELBO on upscaled digits) at a third of the time. Sides that the strides do not divide are padded and cropped
    again.
    """

    channels: tuple[int, ...] = number(
        (32, 64), minimum=1, maximum=1024, label="Channels", help="Of each level; every level halves both sides."
    )
    activation: Function = option("relu", label="Activation", help="Between the layers; none is applied to the code.")
    residual: int = number(
        0, minimum=0, maximum=8, label="Residual blocks", help="Of 3x3 kernels, at the smallest size on both sides."
    )
    kernel: Literal[2, 4] = option(
        2, label="Kernel", help="Pixels a side; both move by 2. Kernels of 4 overlap and take three times as long."
    )
    tied: ClassVar[bool] = False

    def encoder(self, shape: Shape) -> Program:
        """[H, W, C] -> [cells, last channels]; raises `RecipeError` for sequences."""
        if len(shape) != 3:
            raise RecipeError(
                f"A Conv backbone convolves images, but the data are sequences of {shape[0]} steps; choose the "
                "backbone Recurrent or Dense."
            )
        height, width = self._padded(shape)
        layers: list[Layer] = [Pad(height, width)] if (height, width) != shape[:2] else []
        inputs = shape[2]
        for outputs in self.channels:
            layers += [*self._gather(inputs, outputs), Activation(self.activation)]
            inputs = outputs
        layers += self._blocks(inputs)
        return Program(shape, (*layers, Reshape(self._features(shape))))

    def decoder(self, shape: Shape, data: Shape) -> Program:
        """[cells, last channels] -> [H, W, C]; linear at the end, the likelihood owns what follows."""
        height, width = self._padded(shape)
        depth = 2 ** len(self.channels)
        sizes = (*reversed(self.channels), shape[2])
        layers: list[Layer] = [Reshape((height // depth, width // depth, sizes[0])), *self._blocks(sizes[0])]
        for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True):
            layers += [Activation(self.activation), *self._spread(inputs, outputs)]
        crop = [Crop(*shape[:2])] if (height, width) != shape[:2] else []
        return Program(self._features(shape), (*layers, *crop))

    def _gather(self, inputs: int, outputs: int) -> list[Layer]:
        """A convolution of stride 2: [H, W, inputs] -> [H/2, W/2, outputs]."""
        if self.kernel == 2:
            return [Merge(inputs), Linear(4 * inputs, outputs)]
        return [Border(), Merge(inputs), Windows(4 * inputs), Linear(16 * inputs, outputs)]

    def _spread(self, inputs: int, outputs: int) -> list[Layer]:
        """Its transpose: [H, W, inputs] -> [2H, 2W, outputs]."""
        if self.kernel == 2:
            return [Linear(inputs, 4 * outputs), Split(outputs)]
        return [Linear(inputs, 16 * outputs), Overlap(4 * outputs), Split(outputs), Trim()]

    def _blocks(self, channels: int) -> list[Layer]:
        return [Residual(channels, self.activation)] * self.residual

    def _padded(self, shape: Shape) -> tuple[int, int]:
        """Sides rounded up to what the strides divide."""
        stride = 2 ** len(self.channels)
        height, width = (-(-side // stride) * stride for side in shape[:2])
        return height, width

    def _features(self, shape: Shape) -> Shape:
        depth = 2 ** len(self.channels)
        return (prod(side // depth for side in self._padded(shape)), self.channels[-1] if self.channels else shape[2])
