"""Transformers over the patches of an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from vaelab.errors import RecipeError
from vaelab.nets.attention import Attention, Feedforward, Norm
from vaelab.nets.layers import Layer, Linear, Program, Shape
from vaelab.nets.patches import Fill, Patches, Positions, Unpatch
from vaelab.nets.rearranging import Crop, Pad
from vaelab.spec import Spec, number

_RATIO = 4  # Of the hidden width of a block's feedforward half to the width of a token.


@dataclass(frozen=True)
class Patch(Spec):
    """Tokens from patches, transformer blocks, their mean; and back from one vector. Images only.

    Dosovitskiy et al. 2021; He et al. 2022, with one code for the whole image in place of a code per patch. The
    encoder computes on the visible patches alone where a corruption hides some. Sides that the patches do not divide
    are padded and cropped again.
    """

    size: int = number(4, minimum=1, maximum=64, label="Patch size", help="Side of a patch, in pixels.")
    width: int = number(64, minimum=4, maximum=1024, label="Width", help="Numbers in a token; a multiple of 4.")
    depth: int = number(2, minimum=1, maximum=12, label="Depth", help="Blocks on each side of the code.")
    heads: int = number(4, minimum=1, maximum=16, label="Heads", help="Of the attention; they must divide the width.")
    tied: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width % self.heads or self.width % 4:
            raise RecipeError(
                f"The width of a Patch backbone must be a multiple of 4 and of its {self.heads} heads, but is "
                f"{self.width}; change one of them."
            )

    def encoder(self, shape: Shape) -> Program:
        """[H, W, C] -> [tokens, width]; raises `RecipeError` for sequences."""
        if len(shape) != 3:
            raise RecipeError(
                f"A Patch backbone cuts images into squares, but the data are sequences of {shape[0]} steps; choose "
                "the backbone Recurrent or Dense."
            )
        rows, columns = self._grid(shape)
        sides = (rows * self.size, columns * self.size)
        pad = [Pad(*sides)] if sides != shape[:2] else []
        inputs = self.size**2 * shape[2]
        entry = [Patches(self.size), Linear(inputs, self.width), Positions(rows, columns, self.width)]
        return Program(shape, (*pad, *entry, *self._blocks(), Fill(rows * columns, self.width)))

    def decoder(self, shape: Shape, data: Shape) -> Program:
        """[tokens, width] -> [H, W, C]; linear at the end, the likelihood owns what follows."""
        rows, columns = self._grid(shape)
        leave = [Linear(self.width, self.size**2 * shape[2]), Unpatch(rows, columns, self.size, shape[2])]
        crop = [Crop(*shape[:2])] if (rows * self.size, columns * self.size) != shape[:2] else []
        entry = Positions(rows, columns, self.width)
        return Program((rows * columns, self.width), (entry, *self._blocks(), *leave, *crop))

    def _blocks(self) -> list[Layer]:
        block: list[Layer] = [Attention(self.width, self.heads), Feedforward(self.width, _RATIO * self.width)]
        return [*block * self.depth, Norm(self.width)]

    def _grid(self, shape: Shape) -> tuple[int, int]:
        """Rows and columns of patches that cover the image."""
        rows, columns = (-(-side // self.size) for side in shape[:2])
        return rows, columns
