"""Pictures of generated images: a grid in a PNG that says how it was made."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from vaelab.cli import ink
from vaelab.spec import to_json

if TYPE_CHECKING:
    from vaelab.cli.saved import Trained

CELL = 84  # Pixels that an image should have per side, at least: 28 x 28 becomes three times as large.
GAP = 2  # Pixels between two images.
GREY = 128


def grid(images: np.ndarray, columns: int) -> np.ndarray:
    """[N, H, W, C] or sequences [N, T, F], in [0, 1] -> uint8 [height, width, C], row by row, on a grey ground."""
    cells = ink.draw(images) if images.ndim == 3 else _enlarged(images)
    count, height, width, channels = cells.shape
    height, width = height + GAP, width + GAP
    rows = -(-count // columns)
    canvas = np.full((rows * height + GAP, columns * width + GAP, channels), GREY, np.uint8)
    for index, cell in enumerate(cells):
        top, left = index // columns * height + GAP, index % columns * width + GAP
        canvas[top : top + cell.shape[0], left : left + cell.shape[1]] = cell
    return canvas


def _enlarged(images: np.ndarray) -> np.ndarray:
    """[N, H, W, C] in [0, 1] -> uint8 [N, height, width, C]: crisp pixels, enlarged by a whole number."""
    scale = max(1, -(-CELL // max(images.shape[1:3])))
    return np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8).repeat(scale, axis=1).repeat(scale, axis=2)


def to_png(pixels: np.ndarray, texts: dict[str, Any]) -> bytes:
    """A PNG with text entries, `vaelab:` before each name; the same input gives the same bytes."""
    entries = PngInfo()
    for name, value in texts.items():
        entries.add_text(f"vaelab:{name}", value if isinstance(value, str) else json.dumps(value), zip=True)
    file = BytesIO()
    Image.fromarray(pixels.squeeze(-1) if pixels.shape[-1] == 1 else pixels).save(file, "PNG", pnginfo=entries)
    return file.getvalue()


def picture(
    trained: Trained, codes: np.ndarray, columns: int, made: dict[str, Any], condition: np.ndarray | None = None
) -> bytes:
    """Decode codes [N, size], each told its class [N] if there is one, into a PNG.

    Its texts are the run, its recipe, the codes, the classes, and `made`.
    """
    from vaelab.latent import decode

    images = decode(trained.model, trained.recipe.objective.likelihood, codes, condition)
    # Nine digits tell any two float32 apart: the codes can be read back exactly.
    z = [[float(f"{value:.9g}") for value in code] for code in codes]
    known = {
        "run": trained.name,
        "step": trained.step,
        "recipe": to_json(trained.recipe),
        "z": z,
    }
    told = {} if condition is None else {"classes": [int(label) for label in condition]}
    return to_png(grid(images, columns), known | told | made)
