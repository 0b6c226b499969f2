"""What a worker shows of the present parameters: the decoder, held-out codes, reconstructions, the hole meter.

Imported by the worker only: it needs JAX. Codes and reconstructions are computed from `refresh` to `refresh` and kept
in between, so that a frame is never without them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flax import nnx

from vaelab.data import Dataset
from vaelab.evaluation.gallery import POINTS, holes, information
from vaelab.evaluation.protocol import held_out
from vaelab.latent import decode, encode
from vaelab.live.describe import decoder_names
from vaelab.model import parameters
from vaelab.recipe import Recipe

EXAMPLES = 10  # Images with their reconstructions, one of each class where there are that many.
NUMBERS = 1 << 18  # Numbers of all codes together: 1 MB in a frame, however large a code is.
EXACT = 1 << 15  # A kernel of more numbers than this travels in half precision while it changes all the time.


class Snapshot:
    """A model of its own, into which the parameters of a progress are put to be looked at."""

    def __init__(self, recipe: Recipe, dataset: Dataset, seed: int):
        self._recipe, self._dataset = recipe, dataset
        self._model = recipe.build(seed)
        self._decoder = decoder_names(recipe)
        labels = dataset.test.labels
        count = min(POINTS, len(labels), NUMBERS // recipe.bottleneck.size)
        self._images = held_out(dataset.test.images[:count], recipe.data.binarization)
        self._labels = labels[:count].astype(np.uint8)
        first = [int(np.argmax(self._labels == label)) for label in np.unique(self._labels)]
        self._examples = np.array((first + [row for row in range(count) if row not in first])[:EXAMPLES])
        self.gallery: dict[str, np.ndarray] = {}
        self.holes: dict[str, float] | None = None

    def load(self, state: Any) -> None:
        """Look at these parameters (`TrainingState.parameters`) from now on."""
        nnx.update(self._model, state)

    def parameters(self) -> dict[str, np.ndarray]:
        """All trained arrays by name, for a checkpoint."""
        return parameters(self._model)

    def decoder(self, *, exact: bool) -> dict[str, np.ndarray]:
        """The arrays that the browser needs; large kernels in half precision unless `exact`."""
        arrays = parameters(self._model)
        return {name: arrays[name] if exact else _lighter(arrays[name]) for name in self._decoder}

    def refresh(self) -> None:
        """Encode the held-out images and reconstruct the examples."""
        means, deviations = encode(self._model, self._images)
        # A posterior without samples: reconstructions are those of the mean.
        restored = decode(self._model, self._recipe.objective.likelihood, means[self._examples])
        self.gallery = {
            "codes": means.astype(np.float32),
            "labels": self._labels,
            "information": information(self._model, means, deviations),
            "originals": _pixels(self._images[self._examples]),
            "reconstructions": _pixels(restored),
        }

    def measure_holes(self) -> None:
        """Update the hole meter from the codes of the last refresh."""
        likelihood, binarization = self._recipe.objective.likelihood, self._recipe.data.binarization
        found = holes(self._model, likelihood, self.gallery["codes"], self._dataset, binarization)
        self.holes = {name: round(float(value), 6) for name, value in found.items()}


def _lighter(array: np.ndarray) -> np.ndarray:
    # Half precision changes a pixel by about a thousandth; numbers beyond its range stay as they are.
    if array.size <= EXACT or np.abs(array).max() > 60_000:
        return array
    return array.astype(np.float16)


def _pixels(images: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8)
