"""Decoding one picture that nobody vouches for: PNG, JPEG or WebP, its size looked at before its pixels.

Reasons are written as the end of a sentence, so that many pictures with the same fault are counted as one thing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from vaelab.data.own.limits import FILE, FRAMES, PIXELS, SIDE, WEBP_PIXELS
from vaelab.errors import DataError

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP")
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
_ENOUGH = 512  # Pixels per side: more of a picture that becomes at most 128 pixels wide is averaged at once.
_ORIENTATION = 0x0112  # The tag in which a camera says how it was held.


def open_picture(content: bytes) -> Image.Image:
    """A picture whose header has been read and whose size is allowed, not yet decoded; raises `DataError`."""
    from PIL import Image

    if len(content) > FILE:
        raise DataError(f"larger than {FILE >> 20} MB")
    pixels = WEBP_PIXELS if content[8:12] == b"WEBP" else PIXELS
    _require_size(*_announced(content), pixels)
    with _refusing():  # Pillow warns of large ones in the log; their size is compared right below.
        image = Image.open(BytesIO(content), formats=FORMATS)
        frames = getattr(image, "n_frames", 1)
    _require_size(*image.size, pixels)
    if frames > FRAMES:
        raise DataError(f"animated, with more than {FRAMES} frames")
    return image


def decode(content: bytes, *, whole: bool = False) -> Image.Image:
    """The picture upright, in the mode L, LA, RGB or RGBA; large ones are averaged down unless `whole`.

    Raises `DataError` for what is no picture, too large, or damaged anywhere.
    """
    image = open_picture(content)
    with _refusing():
        turned = orientation(image)
        image.load()
        image = _plain(image)
        factor = 1 if whole else max(1, min(image.size) // _ENOUGH)
        return _upright(_averaged(image, factor), turned)


@contextmanager
def _refusing() -> Iterator[None]:
    """Whatever a decoder raises over bytes that nobody vouches for is their fault, and said in words."""
    from PIL import Image, UnidentifiedImageError

    try:
        yield
    except UnidentifiedImageError:
        raise DataError("no PNG, JPEG or WebP picture") from None
    except Image.DecompressionBombError:
        raise DataError(_too_large(PIXELS)) from None
    except Exception:  # Of many kinds: OSError, SyntaxError, struct.error, zlib.error, MemoryError, ...
        raise DataError("damaged") from None


def orientation(image: Image.Image) -> int:
    """How the camera was held, 1 to 8 as Exif counts; 1 where nothing sensible is said of it."""
    try:
        turned = image.getexif().get(_ORIENTATION, 1) if image.format != "PNG" else 1
    except Exception:  # Exif is a format of its own, with as many ways to be broken; a picture is one without it.
        return 1
    return turned if turned in range(1, 9) else 1


def _require_size(width: int, height: int, pixels: int) -> None:
    if width * height > pixels or max(width, height) > SIDE:
        raise DataError(_too_large(pixels))


def _too_large(pixels: int) -> str:
    return f"larger than {pixels // 1_000_000} million pixels or {SIDE:,} a side"


def _announced(content: bytes) -> tuple[int, int]:
    """Width and height in the header of a PNG or WebP file, whose readers allocate by them; (0, 0) for others."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP" or len(content) < 30:
        return 0, 0
    match content[12:16]:
        case b"VP8X":
            return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
        case b"VP8L":
            packed = int.from_bytes(content[21:25], "little")
            return 1 + (packed & 0x3FFF), 1 + (packed >> 14 & 0x3FFF)
    sides = (int.from_bytes(content[place : place + 2], "little") & 0x3FFF for place in (26, 28))
    width, height = sides
    return width, height


def _plain(image: Image.Image) -> Image.Image:
    """One of four modes; sixteen bits become eight by their upper half."""
    from PIL import Image

    if image.mode in ("L", "LA", "RGB", "RGBA"):
        return image
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image).astype(np.uint16, copy=False) >> 8).astype(np.uint8))
    if image.mode == "1":
        return image.convert("L")
    transparent = image.mode in ("PA", "La", "RGBa") or "transparency" in image.info
    return image.convert("RGBA" if transparent else "RGB")


def _averaged(image: Image.Image, factor: int) -> Image.Image:
    """The mean of blocks; channel by channel, which needs no second copy of all of them."""
    from PIL import Image

    if factor == 1:
        return image
    bands = [image.getchannel(band).reduce(factor) for band in range(len(image.getbands()))]
    return bands[0] if len(bands) == 1 else Image.merge(image.mode, bands)


def _upright(image: Image.Image, turned: int) -> Image.Image:
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT, 3: Transpose.ROTATE_180, 4: Transpose.FLIP_TOP_BOTTOM, 5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270, 7: Transpose.TRANSVERSE, 8: Transpose.ROTATE_90,
    }  # fmt: skip
    return image.transpose(turns[turned]) if turned in turns else image
