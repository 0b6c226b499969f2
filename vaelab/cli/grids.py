"""Pictures of generated images: a grid of them, and what there is to say of its origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

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


def known(
    trained: Trained, codes: np.ndarray, made: dict[str, Any], condition: np.ndarray | None = None
) -> dict[str, Any]:
    """What a picture says of its origin: the run, its recipe, the codes [N, size], the classes [N], and `made`."""
    # Nine digits tell any two float32 apart: the codes can be read back exactly.
    z = [[float(f"{value:.9g}") for value in code] for code in codes]
    told = {} if condition is None else {"classes": [int(label) for label in condition]}
    found = {"run": trained.name, "step": trained.step, "recipe": to_json(trained.recipe), "z": z}
    return found | told | made
