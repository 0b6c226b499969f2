"""From a picture of any size and colour to the bytes of an example."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vaelab.data.own.options import Fit

if TYPE_CHECKING:
    from PIL import Image


class Treatment(NamedTuple):
    """What is done to every picture of a data set."""

    height: int
    width: int
    channels: int  # 1 or 3
    fit: Fit
    invert: bool
    backdrop: int  # The grey that shows through where a picture is transparent.

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of an example."""
        return (self.height, self.width, self.channels)

    def __call__(self, picture: Image.Image | np.ndarray) -> np.ndarray:
        """uint8 [H, W, C] from a picture in the mode L, LA, RGB or RGBA, or from bytes [height, width, channels]."""
        if isinstance(picture, np.ndarray):
            if picture.shape == self.shape:
                return 255 - picture if self.invert else picture
            picture = as_image(picture)
        pixels = np.asarray(self._fitted(self._coloured(picture))).reshape(self.shape)
        return 255 - pixels if self.invert else pixels

    def _coloured(self, image: Image.Image) -> Image.Image:
        return over(image, self.backdrop).convert("RGB" if self.channels == 3 else "L")

    def _fitted(self, image: Image.Image) -> Image.Image:
        from PIL import ImageOps
        from PIL.Image import Resampling

        size = (self.width, self.height)
        if image.size == size:
            return image
        match self.fit:
            case "crop":
                return ImageOps.fit(image, size, Resampling.BICUBIC)
            case "pad":
                ground = 255 if self.invert else 0
                return ImageOps.pad(image, size, Resampling.BICUBIC, (ground,) * self.channels)
        return image.resize(size, Resampling.BICUBIC)


def as_image(pixels: np.ndarray) -> Image.Image:
    """A picture from bytes [height, width, channels]."""
    from PIL import Image

    return Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else np.ascontiguousarray(pixels))


def over(image: Image.Image, backdrop: int) -> Image.Image:
    """A picture without transparency, on a ground of one grey."""
    from PIL import Image

    if image.mode not in ("LA", "RGBA"):
        return image
    plain = "L" if image.mode == "LA" else "RGB"
    ground = Image.new(plain, image.size, (backdrop,) * len(plain) if plain == "RGB" else backdrop)
    ground.paste(image.convert(plain), mask=image.getchannel("A"))
    return ground


class Look(NamedTuple):
    """What a few pictures have in common."""

    coloured: bool
    light: bool  # Their borders are: dark on light.
    backdrop: int


_CHROMA = 24  # Between the channels of a pixel that is no grey.
_LOOKED_AT = 32  # Pixels per side.


def look(pictures: list[Image.Image]) -> Look:
    """Whether pictures are coloured and dark on light, and on what ground transparent ones are to be put."""
    small = [picture.resize((_LOOKED_AT, _LOOKED_AT)) for picture in pictures]
    backdrop = _backdrop(small)
    pixels = np.stack([np.asarray(over(picture, backdrop).convert("RGB")) for picture in small]).astype(np.int16)
    chroma = pixels.max(axis=-1) - pixels.min(axis=-1)
    # A picture counts as coloured with one pixel in a hundred, and a data set with one picture in twenty.
    coloured = ((chroma > _CHROMA).mean(axis=(1, 2)) > 0.01).mean() > 0.05
    grey = pixels.mean(axis=-1)
    edges = np.concatenate([grey[:, 0], grey[:, -1], grey[:, :, 0], grey[:, :, -1]], axis=1)
    return Look(bool(coloured), bool(np.median(edges) > 160), backdrop)


def _backdrop(pictures: list[Image.Image]) -> int:
    """White under dark drawings, black under light ones."""
    opaque = []
    for picture in pictures:
        if picture.mode in ("LA", "RGBA"):
            pixels = np.asarray(picture).astype(np.int16)
            seen = pixels[..., -1] > 127
            opaque.append(pixels[..., :-1].mean(axis=-1)[seen])
    values = np.concatenate(opaque) if opaque else np.zeros(0)
    return 255 if values.size and np.median(values) < 128 else 0
