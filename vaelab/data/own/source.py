"""A source that has been examined: its examples can be read by number, and it knows what can be made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vaelab.data.own.dropped import Dropped
from vaelab.data.own.limits import LARGEST, SMALLEST
from vaelab.data.own.options import Options
from vaelab.data.own.treatment import Look, Treatment

if TYPE_CHECKING:
    from PIL import Image

_SIZES = (64, 48, 32, 24, 16, 12, 8)  # What pictures of several sizes become: the largest that most of them fill.
_ENLARGED = 1.15  # Times that they may be enlarged for it.


class Making(NamedTuple):
    """How each example is made, and what to say about it."""

    shape: tuple[int, ...]
    make: Callable[[int], np.ndarray]  # The example of a number, uint8 of that shape; raises `DataError`
    steps: tuple[str, ...]  # Sentences: what is done.
    scale: dict[str, Any] | None = None  # What the bytes 0 and 255 stand for, where that is not black and white.


@dataclass
class Source:
    """What pictures and numbers have in common."""

    title: str
    found: str  # A sentence: what it is.
    names: Sequence[str]  # of every example, to speak of it
    labels: np.ndarray | None = None  # uint8 [N]
    classes: tuple[str, ...] = ()
    test: np.ndarray | None = None  # bool [N]: held out by its own choice
    dropped: Dropped = field(default_factory=Dropped)
    remarks: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Examples."""
        return len(self.names)

    def making(self, options: Options) -> Making:
        """What is made of the examples; raises `DataError`."""
        raise NotImplementedError


@dataclass
class Pictures(Source):
    """Pictures of any size."""

    read: Callable[[int], Image.Image | np.ndarray] = field(kw_only=True)
    sizes: np.ndarray = field(kw_only=True)  # int32 [N, 2]: height and width, or [1, 2] if all are the same
    look: Look = field(kw_only=True)

    def making(self, options: Options) -> Making:
        """Resize, colour, invert: by the options, or by what the pictures are."""
        height, width = options.size or self._size()
        coloured = self.look.coloured if options.colour == "auto" else options.colour == "colour"
        invert = options.invert == "yes" or (options.invert == "auto" and self.look.light and not coloured)
        treatment = Treatment(height, width, 3 if coloured else 1, options.fit, invert, self.look.backdrop)
        return Making(treatment.shape, lambda index: treatment(self.read(index)), self._steps(treatment))

    def _size(self) -> tuple[int, int]:
        first = (int(self.sizes[0, 0]), int(self.sizes[0, 1]))
        if (self.sizes == self.sizes[:1]).all() and SMALLEST <= min(first) and max(first) <= LARGEST:
            return first
        typical = float(np.median(self.sizes.min(axis=1)))
        side = next((size for size in _SIZES if size <= _ENLARGED * typical), SMALLEST)
        return side, side

    def _steps(self, treatment: Treatment) -> tuple[str, ...]:
        size = f"{treatment.width} x {treatment.height} pixels"
        low, high = self.sizes.min(axis=0), self.sizes.max(axis=0)
        if (low == high).all() and tuple(low) == (treatment.height, treatment.width):
            resized = f"Each picture keeps its {size}."
        else:
            sizes = f"{low[1]} x {low[0]}" if (low == high).all() else f"{low[1]} x {low[0]} to {high[1]} x {high[0]}"
            how = {
                "crop": "cut to its middle part of that shape and resized",
                "pad": "resized to fit, with bars where its shape is another",
                "stretch": "stretched or squeezed to fit",
            }[treatment.fit]
            resized = f"Each picture, {sizes} pixels now, becomes one of {size}: {how}."
        colour = "Colours are kept (3 channels)." if treatment.channels == 3 else "Pictures become grey (1 channel)."
        if treatment.channels == 1 and not self.look.coloured:
            colour = "Pictures are grey (1 channel)."
        turned = "Light and dark are exchanged: what is drawn is light, the background dark."
        return (resized, colour, turned if treatment.invert else "Light and dark stay as they are.")


@dataclass
class Numbers(Source):
    """Vectors or sequences: rows of numbers, each column or feature with a range of its own."""

    read: Callable[[int], np.ndarray] = field(kw_only=True)  # float [T, F] of a number
    shape: tuple[int, int] = field(kw_only=True)  # T, F
    low: np.ndarray = field(kw_only=True)  # float64 [T, F], or to be broadcast to it
    high: np.ndarray = field(kw_only=True)
    columns: tuple[str, ...] = ()

    def making(self, options: Options) -> Making:
        """Numbers scaled to bytes, by the least and the largest of their column."""
        low, span = self.low, self.high - self.low
        factor = np.where(span > 0, 255 / np.where(span > 0, span, 1), 0)

        def make(index: int) -> np.ndarray:
            scaled = (self.read(index).astype(np.float64) - low) * factor
            return np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)

        steps, features = self.shape
        if options.features:
            what = f"Each row is a sequence of {steps:,} steps of {features:,} number{'s' * (features > 1)}."
            scaled = "Each feature is scaled from its least and its largest value to 0 and 255."
        else:
            what = f"Each row is a vector of {steps:,} numbers, shown as a curve from the first to the last."
            scaled = "Each column is scaled from its least and its largest value to 0 and 255."
        scale = {"low": np.ravel(low).tolist(), "high": np.ravel(self.high).tolist(), "columns": list(self.columns)}
        return Making(self.shape, make, (what, scaled), scale)
