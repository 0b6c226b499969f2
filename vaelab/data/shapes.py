"""Squares, ellipses and hearts drawn from known factors: the data set to ask what a latent dimension learned.

After dSprites (Matthey et al. 2017), smaller and anti-aliased. There every shape turns through 360 degrees,
so the same square or ellipse appears under several orientations; here all turn through 90 degrees, within
which no two orientations of a shape look the same: an image has one set of factors only.
"""

from __future__ import annotations

import numpy as np

from vaelab.data.dataset import Dataset, DatasetInfo, Split, split
from vaelab.data.permutations import permutation

_SIDE = 32  # pixels
_TRAIN, _TEST = 10_000, 2_000
_SEED = 2017
_REACH = 9.0  # pixels from the centre of a shape of scale 1 to its farthest point
_FARTHEST = (_SIDE - 1) / 2 - _REACH - 1  # pixels from the image's centre to a shape's: nothing is cut off

_GRID = (
    np.arange(3),  # shape: an index into the classes
    np.linspace(0.5, 1.0, 6),  # scale
    np.arange(15) * (np.pi / 30),  # orientation in radians, clockwise on the screen
    np.linspace(0.0, 1.0, 16),  # x of the centre, from left to right
    np.linspace(0.0, 1.0, 16),  # y of the centre, from top to bottom
)

INFORMATION = DatasetInfo(
    "shapes", "Shapes", (_SIDE, _SIDE, 1), _TRAIN, _TEST, ("square", "ellipse", "heart"), "MIT",
    "Generated from known factors, after dSprites (Matthey et al. 2017).",
    ("shape", "scale", "orientation", "x", "y"),
)


def load() -> Dataset:
    """Distinct points of the factor grid, drawn once with a fixed seed, and their images."""
    sizes = [len(values) for values in _GRID]
    chosen = permutation(int(np.prod(sizes)), _SEED, 0)[: _TRAIN + _TEST]
    columns = [values[index] for values, index in zip(_GRID, np.unravel_index(chosen, sizes), strict=True)]
    factors = np.stack(columns, axis=-1).astype(np.float32)
    return Dataset(INFORMATION.name, _split(factors[:_TRAIN]), _split(factors[_TRAIN:]), INFORMATION.classes)


def available() -> bool:
    """Always: the data are computed."""
    return True


def render(factors: np.ndarray) -> np.ndarray:
    """uint8 [N, 32, 32, 1], white on black, from factors [N, 5] in the order of `INFORMATION.factors`.

    The grey of an edge pixel is the share of it that the shape covers, to first order. Scale, orientation and
    place need not lie on the grid.
    """
    factors = np.asarray(factors, np.float32)
    images = np.zeros((len(factors), _SIDE, _SIDE, 1), np.uint8)
    for index, distance in enumerate((_square, _ellipse, _heart)):
        members = np.flatnonzero(factors[:, 0] == index)
        # Few images at a time, so that what is computed stays in the processor's cache.
        for block in np.array_split(members, len(members) // 64 + 1):
            across, down = _own_coordinates(factors[block])
            unit = _REACH * factors[block, 1, None, None]  # pixels per unit of the shape
            covered = np.clip(0.5 - distance(across, down) * unit, 0.0, 1.0)
            images[block] = np.rint(255 * covered)[..., None]
    return images


def _split(factors: np.ndarray) -> Split:
    return split(render(factors), factors[:, 0], factors)


def _own_coordinates(factors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each pixel lies in an upright shape of scale 1 / `_REACH`: two arrays [N, 32, 32]."""
    _, scale, orientation, x, y = factors.T[:, :, None]
    pixels = np.arange(_SIDE, dtype=np.float32) - (_SIDE - 1) / 2
    unit = _REACH * scale
    right = (pixels - (2 * x - 1) * _FARTHEST) / unit  # [N, 32]
    below = (pixels - (2 * y - 1) * _FARTHEST) / unit
    cosine, sine = np.cos(orientation)[..., None], np.sin(orientation)[..., None]
    right, below = right[:, None, :], below[:, :, None]
    return cosine * right + sine * below, cosine * below - sine * right


# Distances to the outline, negative inside; no point of a shape is farther than 1 from its centre. They are
# exact near the outline, which is where they matter.


def _square(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    return np.maximum(np.abs(across), np.abs(down)) - np.float32(np.sqrt(0.5))


def _ellipse(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    """To first order: the implicit function over the length of its gradient; the axes are 1 and 1/2."""
    level = np.maximum(np.sqrt(across**2 + 4 * down**2), np.float32(1e-6))
    slope = np.sqrt(across**2 + 16 * down**2)
    return level * (level - 1) / np.maximum(slope, np.float32(1e-6))


def _heart(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    """A square on its tip and two discs on its upper sides."""
    half = np.float32(0.5)
    across, down = np.abs(across), down - np.float32(0.2215)  # Its centre of mass is its centre.
    # The square's sides have length 1; in its own axes the discs stand on the middles of two of them.
    first, second = (across - down) * np.float32(np.sqrt(0.5)), (across + down) * np.float32(np.sqrt(0.5))
    square = np.maximum(np.abs(first), np.abs(second)) - half
    disc = np.hypot(first - half, second) - half
    return np.minimum(square, disc)
