"""What a worker shows of the present parameters: the decoder, held-out codes, reconstructions, the hole meter.

Imported by the worker only: it needs JAX. Codes and reconstructions are computed from `refresh` to `refresh` and kept
in between, so that a frame is never without them.
"""

from __future__ import annotations

import time
from functools import cached_property
from typing import Any

import numpy as np
from flax import nnx

from vaelab.data import Dataset
from vaelab.evaluation.gallery import CODES, FITTED, POINTS, PRIOR_SAMPLES, TRAINING_IMAGES, densities, information
from vaelab.evaluation.holes import hole_share, image_distance
from vaelab.evaluation.protocol import first, held_out
from vaelab.latent import BATCH, decode, encode, prior_samples, restore
from vaelab.live.describe import decoder_names
from vaelab.live.frames import lighter
from vaelab.model import parameters
from vaelab.objectives import Objective
from vaelab.recipe import Recipe

EXAMPLES = 10  # Images with their reconstructions, one of each class where there are that many.
NUMBERS = 1 << 18  # Numbers of all codes together: 1 MB in a frame, however large a code is.
LARGEST = 1e9  # Codes beyond are drawn here.
FEWEST = 2000  # Codes encoded at least: what the hole meter looks at.


class Snapshot:
    """A model of its own, into which the parameters of a progress are put to be looked at."""

    def __init__(self, recipe: Recipe, dataset: Dataset, seed: int):
        self._recipe = recipe
        self._model = recipe.build(seed)
        self._decoder = decoder_names(recipe)
        labels = dataset.test.labels
        count = first(dataset.test.images, min(POINTS, NUMBERS // self._model.latent))
        self._images = held_out(dataset.test.images[:count], recipe.data.binarization)
        self._labels = labels[:count].astype(np.uint8)
        one_each = [int(np.argmax(self._labels == label)) for label in np.unique(self._labels)]
        self._examples = np.array((one_each + [row for row in range(count) if row not in one_each])[:EXAMPLES])
        # Of the hole meter: the same all the time, and most of its cost if made anew.
        known = first(dataset.train.images, TRAINING_IMAGES)
        self._training = held_out(dataset.train.images[:known], recipe.data.binarization)
        self._trained = dataset.train.labels[: min(known, FITTED)]
        self._pace = 0.0  # Images encoded per second.
        self.gallery: dict[str, np.ndarray] = {}
        self.holes: dict[str, float] | None = None

    @cached_property
    def _samples(self) -> np.ndarray:
        """Of the prior, for the hole meter; drawn at the first use, which the first step does not wait for."""
        return prior_samples(0, PRIOR_SAMPLES, self._model.latent)

    def load(self, state: Any) -> None:
        """Look at these parameters (`TrainingState.parameters`) from now on."""
        nnx.update(self._model, state)

    def parameters(self) -> dict[str, np.ndarray]:
        """All trained arrays by name, for a checkpoint."""
        return parameters(self._model)

    def decoder(self, *, exact: bool) -> dict[str, np.ndarray]:
        """The arrays that the browser needs; large kernels in half precision unless `exact`."""
        arrays = parameters(self._model)
        return {name: arrays[name] if exact else lighter(arrays[name]) for name in self._decoder}

    def refresh(self, objective: Objective, seconds: float | None = None) -> None:
        """Encode the held-out images, as many as there is time for; restore the examples as the objective spoils them.

        The objective may have been turned since the run began.
        """
        count = len(self._images)
        if seconds is not None:
            count = min(count, max(FEWEST, int(seconds * self._pace) // BATCH * BATCH))
        started = time.perf_counter()
        means, deviations = encode(self._model, self._images[:count], self._labels[:count])
        # The first call compiles, which makes its pace too low; the next ones find out.
        self._pace = max(count / (time.perf_counter() - started), 0.5 * self._pace)
        originals = self._images[self._examples]
        # From one seed: what changes in the pictures is the model.
        seen, restored = restore(self._model, objective, originals, self._labels[self._examples])
        spoilt = {} if np.array_equal(seen, originals) else {"seen": _pixels(seen)}
        self.gallery = {
            "codes": _bounded(means),
            "labels": self._labels[:count],
            "information": _bounded(information(self._model, means, deviations)),
            "originals": _pixels(originals),
            **spoilt,
            "reconstructions": _pixels(restored),
        }

    def fit_densities(self) -> None:
        """Add to the gallery what samples can be drawn from, until the next refresh: too slow for while training."""
        self.gallery |= densities(self._model, self._training[:FITTED], self._trained)

    def measure_holes(self, drawn: int = PRIOR_SAMPLES) -> None:
        """Update the hole meter from the codes of the last refresh, as `evaluation.gallery.holes` does.

        The image distance, nearly all of the cost, is that of the first `drawn` samples.
        """
        generated = decode(self._model, self._recipe.objective.likelihood, self._samples[:drawn])
        share = hole_share(self.gallery["codes"][:CODES], self._samples)
        found = {"share": share, "image_distance": image_distance(generated, self._training)}
        self.holes = found if np.isfinite(list(found.values())).all() else None


def _bounded(array: np.ndarray) -> np.ndarray:
    """Numbers that can be drawn: shortly before a model diverges, finite parameters make codes that are not."""
    return np.clip(np.nan_to_num(array), -LARGEST, LARGEST).astype(np.float32)


def _pixels(images: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(np.nan_to_num(images), 0, 1) * 255).astype(np.uint8)
