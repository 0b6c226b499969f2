"""The layers between images and tokens: patches, their places, and what is said of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np

from vaelab.lazy import jax, jnp
from vaelab.nets.layers import Context, Layer, Shape


@dataclass(frozen=True)
class Patches(Layer):
    """Cut an image into squares, row by row, each a token; with `context.visible`, only those squares are kept."""

    size: int
    kind: ClassVar[str] = "patches"

    def output_shape(self, shape: Shape) -> Shape:
        """[H, W, C] -> [tokens, size * size * C]."""
        height, width, channels = shape
        return (height // self.size * (width // self.size), self.size**2 * channels)

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, H, W, C] -> [B, tokens, size * size * C]."""
        batch, height, width, channels = x.shape
        x = x.reshape(batch, height // self.size, self.size, width // self.size, self.size, channels)
        return x.transpose(0, 1, 3, 2, 4, 5).reshape(batch, *self.output_shape((height, width, channels)))

    def run(self, x: Any, parameters: dict[str, Any], context: Context) -> Any:
        """[B, H, W, C] -> [B, visible, size * size * C]: the layers that follow compute on these tokens alone."""
        tokens = self(x, parameters)
        if context.visible is None:
            return tokens
        return jnp.take_along_axis(tokens, context.visible[..., None], axis=1)


@dataclass(frozen=True)
class Unpatch(Layer):
    """Put the squares together again: the inverse of `Patches`."""

    rows: int
    columns: int
    size: int
    channels: int
    kind: ClassVar[str] = "unpatch"

    def output_shape(self, shape: Shape) -> Shape:
        """[rows * columns, size * size * channels] -> [H, W, channels]."""
        return (self.rows * self.size, self.columns * self.size, self.channels)

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, rows * columns, size * size * channels] -> [B, H, W, channels]."""
        x = x.reshape(-1, self.rows, self.columns, self.size, self.size, self.channels)
        return x.transpose(0, 1, 3, 2, 4, 5).reshape(-1, *self.output_shape(()))


@dataclass(frozen=True)
class Positions(Layer):
    """Add to each token where it is: sines and cosines of its row and its column, which are not trained.

    Vaswani et al. 2017, sec. 3.5, for two directions as in He et al. 2022, appendix A.1. With `context.visible` the
    tokens are those of these places.
    """

    rows: int
    columns: int
    width: int  # a multiple of 4
    kind: ClassVar[str] = "positions"

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, rows * columns, width] -> the same shape."""
        return x + places(self.rows, self.columns, self.width)[None]

    def run(self, x: Any, parameters: dict[str, Any], context: Context) -> Any:
        """[B, visible, width] -> the same shape."""
        if context.visible is None:
            return self(x, parameters)
        return x + jnp.asarray(places(self.rows, self.columns, self.width))[context.visible]


@dataclass(frozen=True)
class Fill(Layer):
    """Put the visible tokens at their places and one trained vector at all others. He et al. 2022, sec. 3.

    Where nothing is hidden, the tokens pass as they are.
    """

    tokens: int
    width: int
    kind: ClassVar[str] = "fill"

    def parameters(self) -> dict[str, Shape]:
        """What stands for a hidden token, [width]."""
        return {"mask": (self.width,)}

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, tokens, width] -> the same."""
        return x

    def run(self, x: Any, parameters: dict[str, Any], context: Context) -> Any:
        """[B, visible, width] -> [B, tokens, width]."""
        if context.visible is None:
            return x
        # A product with a table of zeros and ones: on a CPU, scattering takes longer.
        place = jax.nn.one_hot(context.visible, self.tokens)
        hidden = 1.0 - place.sum(axis=1)
        return jnp.einsum("bvt,bvw->btw", place, x) + hidden[..., None] * parameters["mask"][None, None]


@cache
def places(rows: int, columns: int, width: int) -> np.ndarray:
    """float32 [rows * columns, width]: of the row sines and cosines, then of the column; a quarter of the width each.

    The frequencies fall from 1 to 1 / 10,000 per place in equal ratios, the last one excluded.
    """
    frequencies = 10_000.0 ** (-np.arange(width // 4) / (width // 4))
    row, column = np.divmod(np.arange(rows * columns), columns)
    angles = [place[:, None] * frequencies for place in (row, column)]
    table = np.concatenate([function(angle) for angle in angles for function in (np.sin, np.cos)], axis=1)
    table = table.astype(np.float32)
    table.setflags(write=False)
    return table
