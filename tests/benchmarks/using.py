"""vaelab's side of using a trained dense VAE: its weights are those it begins with, which costs the same."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.workload import Work
from vaelab.latent import decode, encode
from vaelab.presets import preset
from vaelab.recipe import Recipe
from vaelab.spec import replace
from vaelab.training.devices import configure

PASS = 10_000  # Images in a pass.


def _recipe() -> Recipe:
    configure()
    recipe = preset("vae").recipe
    return replace(recipe, data=replace(recipe.data, name="mnist"))


def encoding(images: np.ndarray) -> Work:
    """`vaelab.encode` of uint8 images, over and over."""
    model, images = _recipe().build(), np.array(images)
    while True:
        for start in range(0, len(images), PASS):
            found = encode(model, images[start : start + PASS])
            yield len(found[0])


def decoding(count: int) -> Work:
    """`vaelab.decode` of as many codes at once, over and over."""
    recipe = _recipe()
    model, codes = recipe.build(), np.random.default_rng(0).standard_normal((count, 20), np.float32)
    while True:
        yield len(decode(model, recipe.objective.likelihood, codes))


def weighing(images: np.ndarray, samples: int) -> Work:
    """`log_likelihoods` of binarized images, batch by batch."""
    from vaelab.evaluation.bounds import log_likelihoods

    recipe = _recipe()
    model, targets = recipe.build(), (np.array(images[:PASS]) >= 128).astype(np.float32)
    while True:
        for found in log_likelihoods(model, recipe.objective.likelihood, targets, samples=samples):
            yield len(found)
