"""Sequences as pictures: light ink on a dark square, drawn as the explorer draws them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

SIDE = 112  # Pixels of a drawing.

# Shares of the side; the margin holds half a line and the dot, so that no drawing leaves its square.
_MARGIN, _PEN, _CURVE, _DOT = 0.12, 0.065, 0.045, 0.06
_FAINTEST = 0.4  # Of several curves, the last.
_FINER = 4  # Drawn in smaller pixels, whose means are the grey levels of an edge.


def draw(sequences: np.ndarray) -> np.ndarray:
    """[N, T, F] in [0, 1] -> uint8 [N, 112, 112, 1], what lies beyond cut off.

    Two features are the places of a pen, x to the right and y upwards, and a dot says where it began. Otherwise every
    feature is a curve over the positions, from left to right, the first the brightest.
    """
    places = np.clip(np.nan_to_num(sequences), 0, 1)
    return np.stack([_drawing(sequence) for sequence in places])[..., None]


def _drawing(sequence: np.ndarray) -> np.ndarray:
    length, features = sequence.shape
    image = Image.new("L", (SIDE * _FINER, SIDE * _FINER))
    if features == 2:
        points = _on_canvas(sequence)
        _line(image, points, _PEN, 1.0)
        _disc(ImageDraw.Draw(image), points[0], _DOT * SIDE * _FINER, 255)
    else:
        positions = np.linspace(0, 1, length)
        # The brightest last, on top of the others.
        for feature in reversed(range(features)):
            points = _on_canvas(np.stack([positions, sequence[:, feature]], axis=1))
            _line(image, points, _CURVE, 1 - (1 - _FAINTEST) * feature / max(1, features - 1))
    return np.asarray(image.reduce(_FINER))


def _on_canvas(points: np.ndarray) -> list[tuple[float, float]]:
    """Places in the fine pixels, whose y grows downwards, for points [T, 2] in [0, 1], whose y grows upwards."""
    shares = _MARGIN + (1 - 2 * _MARGIN) * points
    x, y = SIDE * _FINER * shares[:, 0], SIDE * _FINER * (1 - shares[:, 1])
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _line(image: Image.Image, points: list[tuple[float, float]], share: float, light: float) -> None:
    """A line through the points with round joins and ends, its width a share of the side."""
    pen, level, width = ImageDraw.Draw(image), round(255 * light), SIDE * _FINER * share
    for ends in pairwise(points):
        pen.line(ends, level, round(width))
    for point in points:
        _disc(pen, point, width / 2, level)


def _disc(pen: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, level: int) -> None:
    x, y = centre
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), level)
