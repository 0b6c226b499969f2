"""Layers that move numbers about and compute nothing: shapes, patches of pixels, borders, channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from vaelab.lazy import jnp
from vaelab.nets.layers import Layer, Shape


@dataclass(frozen=True)
class Reshape(Layer):
    """The same numbers in another shape."""

    shape: Shape
    kind: ClassVar[str] = "reshape"

    def output_shape(self, shape: Shape) -> Shape:
        """Any shape of as many entries."""
        return self.shape

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, ...] -> [B, *shape]."""
        return x.reshape(x.shape[0], *self.shape)


@dataclass(frozen=True)
class Merge(Layer):
    """Gather 2x2 patches into channels: with `Linear`, a convolution of kernel 2 and stride 2 (space to depth).

    Written as a reshape because a library convolution inside a compiled loop is an order of magnitude slower on CPU.
    """

    channels: int  # of one pixel
    kind: ClassVar[str] = "merge"

    def output_shape(self, shape: Shape) -> Shape:
        """[H, W, C] -> [H/2, W/2, 4C]."""
        return (shape[0] // 2, shape[1] // 2, 4 * self.channels)

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, H, W, C] -> [B, H/2, W/2, 4C]."""
        batch, height, width, channels = x.shape
        x = x.reshape(batch, height // 2, 2, width // 2, 2, channels)
        return x.transpose(0, 1, 3, 2, 4, 5).reshape(batch, height // 2, width // 2, 4 * channels)


@dataclass(frozen=True)
class Split(Layer):
    """Spread channels over 2x2 patches, the inverse of `Merge` (depth to space; Shi et al. 2016, sub-pixel)."""

    channels: int  # of one pixel
    kind: ClassVar[str] = "split"

    def output_shape(self, shape: Shape) -> Shape:
        """[H, W, 4C] -> [2H, 2W, C]."""
        return (2 * shape[0], 2 * shape[1], self.channels)

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, H, W, 4C] -> [B, 2H, 2W, C]."""
        batch, height, width, _ = x.shape
        x = x.reshape(batch, height, width, 2, 2, self.channels)
        return x.transpose(0, 1, 3, 2, 4, 5).reshape(batch, 2 * height, 2 * width, self.channels)


@dataclass(frozen=True)
class Pad(Layer):
    """Zeros below and to the right, so that the sides divide by the strides."""

    height: int
    width: int
    kind: ClassVar[str] = "pad"

    def output_shape(self, shape: Shape) -> Shape:
        """[H, W, C] -> [height, width, C]."""
        return (self.height, self.width, shape[2])

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, H, W, C] -> [B, height, width, C]."""
        return jnp.pad(x, ((0, 0), (0, self.height - x.shape[1]), (0, self.width - x.shape[2]), (0, 0)))


@dataclass(frozen=True)
class Crop(Layer):
    """The top-left corner: undoes `Pad`."""

    height: int
    width: int
    kind: ClassVar[str] = "crop"

    def output_shape(self, shape: Shape) -> Shape:
        """[H, W, C] -> [height, width, C]."""
        return (self.height, self.width, shape[2])

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, H, W, C] -> [B, height, width, C]."""
        return x[:, : self.height, : self.width]


@dataclass(frozen=True)
class Take(Layer):
    """The first channels: the mean, where a decoder yields more than a mean."""

    channels: int
    kind: ClassVar[str] = "take"

    def output_shape(self, shape: Shape) -> Shape:
        """[..., C] -> [..., channels]."""
        return (*shape[:-1], self.channels)

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, ..., C] -> [B, ..., channels]."""
        return x[..., : self.channels]
