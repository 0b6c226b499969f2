"""What a person can decide about own data; everything else follows from the data themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from vaelab.data.own.limits import LARGEST, NUMBERS, SMALLEST
from vaelab.errors import DataError

Fit = Literal["crop", "pad", "stretch"]
Colour = Literal["auto", "grey", "colour"]
Invert = Literal["auto", "yes", "no"]


@dataclass(frozen=True)
class Options:
    """How a source is read, and what is made of each example. Raises `DataError` for what cannot be."""

    size: tuple[int, int] | None = None  # Height and width of an example in pixels; None to follow the pictures.
    fit: Fit = "crop"  # What happens to a picture of another shape than that.
    colour: Colour = "auto"
    invert: Invert = "auto"  # Dark on light becomes light on dark, which models find easier: 0 is the background.
    test: float = 0.2  # Share of the examples that are held out, where the source has no test split of its own.
    classes: bool = True  # Whether folders, or the labels of an array or a table, become classes.
    tile: int = 0  # Of a sprite sheet: the side of a tile in pixels; 0 to find it.
    gap: int = 0  # Of a sprite sheet: pixels between two tiles.
    label: str = ""  # Of a table: the column of labels by name or number from 1, "last", "none", or "" to find it.
    features: int = 0  # Numbers per step where an example is a sequence; 0 where it is a picture or a vector.

    def __post_init__(self) -> None:
        if self.size is not None and not all(SMALLEST <= side <= LARGEST for side in self.size):
            raise DataError(
                f"A size of {self.size[0]} x {self.size[1]} pixels is out of range; "
                f"each side must be from {SMALLEST} to {LARGEST}."
            )
        for name, allowed in (("fit", Fit), ("colour", Colour), ("invert", Invert)):
            if getattr(self, name) not in get_args(allowed):
                raise DataError(
                    f"{name} must be one of {', '.join(get_args(allowed))}, but is {getattr(self, name)!r:.40}."
                )
        if not 0.01 <= self.test <= 0.5:
            raise DataError(f"The share held out for tests must be between 0.01 and 0.5, but is {self.test:g}.")
        for name, highest in (("tile", 1024), ("gap", 256), ("features", NUMBERS)):
            if not 0 <= getattr(self, name) <= highest:
                raise DataError(f"{name} must be from 0 to {highest:,}, but is {getattr(self, name)}.")
