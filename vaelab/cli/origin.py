"""Pictures that say how they were made: run, recipe, codes, seed, command, in the place that each format has for text.

A PNG has an entry `vaelab:NAME` for each (as those have that the app saves), a GIF a comment, a WebP the description of
its Exif data; the latter two hold one JSON object.
"""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin, UnidentifiedImageError

from vaelab.errors import VaelabError

PREFIX = "vaelab:"
ANIMATED = {".gif": "GIF", ".webp": "WEBP"}
LARGEST = 256 << 20
_DESCRIPTION = 0x010E  # Of the Exif data: ImageDescription.
PngImagePlugin.MAX_TEXT_CHUNK = 16 << 20  # The codes of a large grid are more than the usual megabyte.


def to_png(pixels: np.ndarray, texts: dict[str, Any]) -> bytes:
    """A PNG of uint8 [H, W, C] with text entries; the same input gives the same bytes."""
    entries = PngImagePlugin.PngInfo()
    for name, value in texts.items():
        entries.add_text(PREFIX + name, value if isinstance(value, str) else json.dumps(value), zip=True)
    file = BytesIO()
    _image(pixels).save(file, "PNG", pnginfo=entries)
    return file.getvalue()


def to_animation(frames: list[np.ndarray], texts: dict[str, Any], suffix: str, seconds: float, loop: bool) -> bytes:
    """A GIF or WebP (lossless) of uint8 [H, W, C] frames that lasts so many seconds, over and over or once."""
    text = json.dumps({"vaelab": texts})
    first, *others = map(_image, frames)
    # Rounded to hundredths, the unit of a GIF; browsers slow down what is quicker than two of them.
    pause = max(20, round(100 * seconds / len(frames)) * 10)
    settings: dict[str, Any] = {"save_all": True, "append_images": others, "duration": pause}
    if suffix == ".gif":
        # In a GIF the number says how often it is repeated, so that once is none at all.
        settings |= {"comment": text.encode(), "optimize": False} | ({"loop": 0} if loop else {})
    else:
        exif = Image.Exif()
        exif[_DESCRIPTION] = text
        settings |= {"exif": exif, "lossless": True, "loop": 0 if loop else 1}
    file = BytesIO()
    first.save(file, ANIMATED[suffix], **settings)
    return file.getvalue()


def read_origin(path: Path) -> dict[str, Any]:
    """What a picture says of its origin; raises `VaelabError` when it is no picture, or says nothing."""
    nothing = VaelabError(f"{path} does not say how it was made: vaelab did not write it, or a program took that out.")
    try:
        if path.stat().st_size > LARGEST:
            raise VaelabError(f"{path} is larger than {LARGEST >> 20} MB, so it is no picture of vaelab.")
        with Image.open(path, formats=("PNG", "GIF", "WEBP")) as image:
            texts = {str(name): value for name, value in image.info.items() if str(name).startswith(PREFIX)}
            whole = image.info.get("comment") or image.getexif().get(_DESCRIPTION)
    except UnidentifiedImageError:
        raise VaelabError(f"{path} is no PNG, GIF or WebP.") from None
    except (ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        raise nothing from None
    if texts:
        return {name.removeprefix(PREFIX): _value(str(value)) for name, value in texts.items()}
    found = _value(whole.decode(errors="replace") if isinstance(whole, bytes) else str(whole))
    if not isinstance(found, dict) or not isinstance(found.get("vaelab"), dict):
        raise nothing
    return found["vaelab"]


def _image(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(pixels.squeeze(-1) if pixels.shape[-1] == 1 else pixels)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
