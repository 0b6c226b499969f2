"""Waves of four forms drawn from known factors: sequences of one feature, to ask what a latent dimension learned.

A value is the mean of the wave over its interval, not the wave at a moment: the edge of a square moves through a value
little by little, so that every phase and every frequency makes another sequence, and nothing jumps.
"""

from __future__ import annotations

import numpy as np

from vaelab.data.dataset import Dataset, DatasetInfo, Split, split
from vaelab.data.permutations import random_words

_LENGTH = 48  # values of a sequence
_TRAIN, _TEST = 10_000, 2_000
_SEED = 1822
_FORMS = ("sine", "square", "triangle", "sawtooth")
# Where a factor lies. Centre and height are such that every wave stays in [0, 1].
_RANGES = (
    (1.0, 4.0),  # frequency: periods in the sequence
    (0.0, 1.0),  # phase: of a period, at the beginning of the sequence; 0 is where the wave rises through its centre
    (0.1, 0.3),  # amplitude: from the centre to the crest
    (0.3, 0.7),  # offset: the centre
)

INFORMATION = DatasetInfo(
    "waves", "Waves", (_LENGTH, 1), _TRAIN, _TEST, _FORMS, "MIT",
    "Generated from known factors: form, frequency, phase, amplitude and offset.",
    ("form", "frequency", "phase", "amplitude", "offset"),
)


def load() -> Dataset:
    """Waves whose factors were drawn once, each from all of its range and apart from the others, and their values."""
    count, columns = _TRAIN + _TEST, 1 + len(_RANGES)
    words = random_words(count * columns, _SEED, 0).reshape(columns, count)
    uniform = (words >> np.uint64(11)) * 2.0**-53  # in [0, 1), every bit of a double
    form = np.floor(len(_FORMS) * uniform[0])
    rest = [low + (high - low) * share for (low, high), share in zip(_RANGES, uniform[1:], strict=True)]
    factors = np.stack([form, *rest], axis=-1).astype(np.float32)
    return Dataset(INFORMATION.name, _split(factors[:_TRAIN]), _split(factors[_TRAIN:]), INFORMATION.classes)


def available() -> bool:
    """Always: the data are computed."""
    return True


def render(factors: np.ndarray) -> np.ndarray:
    """uint8 [N, 48, 1], 0 to 255 for 0 to 1, from factors [N, 5] in the order of `INFORMATION.factors`."""
    form, frequency, phase, amplitude, offset = np.asarray(factors, np.float64).T[:, :, None]
    edges = phase + frequency * np.linspace(0, 1, _LENGTH + 1)  # [N, 49], in periods
    from_rise = edges - np.rint(edges)  # to the nearest rise through the centre: [-1/2, 1/2]
    integral = np.choose(form.astype(int), [antiderivative(from_rise) for antiderivative in _ANTIDERIVATIVES])
    means = np.diff(integral, axis=1) / np.diff(edges, axis=1)
    return np.rint(255 * np.clip(offset + amplitude * means, 0, 1)).astype(np.uint8)[..., None]


def _split(factors: np.ndarray) -> Split:
    return split(render(factors), factors[:, 0], factors)


# Antiderivatives of the waves of height 1 that rise through 0 at 0, over one period from -1/2 to 1/2. The mean of each
# wave is 0, hence they are periodic as well.


def _sine(x: np.ndarray) -> np.ndarray:
    """Of sin(2 pi x)."""
    return -np.cos(2 * np.pi * x) / (2 * np.pi)


def _square(x: np.ndarray) -> np.ndarray:
    """Of the sign of x."""
    return np.abs(x)


def _triangle(x: np.ndarray) -> np.ndarray:
    """Of 4 x up to the crests at -1/4 and 1/4, and from there back to 0."""
    distance = np.abs(x)
    return np.where(distance < 0.25, 2 * distance**2, 0.25 - 2 * (0.5 - distance) ** 2)


def _sawtooth(x: np.ndarray) -> np.ndarray:
    """Of 2 x."""
    return x**2


_ANTIDERIVATIVES = (_sine, _square, _triangle, _sawtooth)  # in the order of `_FORMS`
