"""The layers that make 2x2 patches overlap: with them, merges and splits become convolutions of kernel 4 and stride 2.

A kernel of 4 that moves by 2 sees two by two merged patches, and the next one sees half of them again. So

    Border, Merge, Windows, Linear      is a convolution of kernel 4, stride 2 and padding 1, and
    Linear, Overlap, Split, Trim        its transpose, step by step (Dumoulin & Visin 2016, sec. 4.6),

with the numbers of the kernel in a matrix. Biases go with the matrix: of the transpose, each of the kernel's sixteen
places has its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from vaelab.lazy import jnp
from vaelab.nets.layers import Layer, Shape


@dataclass(frozen=True)
class Border(Layer):
    """Zeros all around, one pixel wide."""

    kind: ClassVar[str] = "border"

    def output_shape(self, shape: Shape) -> Shape:
        """[H, W, C] -> [H + 2, W + 2, C]."""
        return (shape[0] + 2, shape[1] + 2, shape[2])

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, H, W, C] -> [B, H + 2, W + 2, C]."""
        return jnp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))


@dataclass(frozen=True)
class Trim(Layer):
    """Without the outermost pixels: the transpose of `Border`."""

    kind: ClassVar[str] = "trim"

    def output_shape(self, shape: Shape) -> Shape:
        """[H, W, C] -> [H - 2, W - 2, C]."""
        return (shape[0] - 2, shape[1] - 2, shape[2])

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, H, W, C] -> [B, H - 2, W - 2, C]."""
        return x[:, 1:-1, 1:-1]


@dataclass(frozen=True)
class Overlap(Layer):
    """Four parts of the channels, added up each a place further: the transpose of `Windows`."""

    channels: int  # of one part
    kind: ClassVar[str] = "overlap"

    def output_shape(self, shape: Shape) -> Shape:
        """[H, W, 4C] -> [H + 1, W + 1, C]."""
        return (shape[0] + 1, shape[1] + 1, self.channels)

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, H, W, 4C] -> [B, H + 1, W + 1, C]."""
        parts = jnp.unstack(x.reshape(*x.shape[:-1], 4, self.channels), axis=3)
        places = [(row, column) for row in (0, 1) for column in (0, 1)]
        return sum(
            jnp.pad(part, ((0, 0), (row, 1 - row), (column, 1 - column), (0, 0)))
            for part, (row, column) in zip(parts, places, strict=True)
        )


@dataclass(frozen=True)
class Windows(Layer):
    """Each place and its neighbours to the right, below, and below to the right, side by side in the channels.

    Four shifted copies, because a library convolution inside a compiled loop is an order of magnitude slower on CPU.
    """

    channels: int  # of one place
    kind: ClassVar[str] = "windows"

    def output_shape(self, shape: Shape) -> Shape:
        """[H, W, C] -> [H - 1, W - 1, 4C]."""
        return (shape[0] - 1, shape[1] - 1, 4 * self.channels)

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, H, W, C] -> [B, H - 1, W - 1, 4C]."""
        height, width = x.shape[1] - 1, x.shape[2] - 1
        copies = [x[:, row : row + height, column : column + width] for row in (0, 1) for column in (0, 1)]
        # Stacked and unstacked: side by side and split, each of the four would be copied once more.
        return jnp.stack(copies, axis=3).reshape(-1, height, width, 4 * self.channels)
