"""How well models generate: the distance of what they draw from held-out images, in features of digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vaelab.assign import assign
from vaelab.data import load
from vaelab.presets import preset
from vaelab.reproduction.claim import Bench, Figure, Reproduction

if TYPE_CHECKING:
    from vaelab.model import Autoencoder
    from vaelab.recipe import Recipe

GHOSH = "Ghosh et al. 2020, table 1, MNIST (FID in Inception's features: another scale)"
AE = ("bottleneck.size=16",)
VAE = (
    "bottleneck.size=16", "data.binarization=none", "objective.likelihood=FixedGaussian",
    "objective.likelihood.scale=0.2",
)


def _distances(bench: Bench) -> dict[str, float]:
    recipes = {"ae": assign(preset("conv_ae").recipe, *AE), "vae": assign(preset("conv_vae").recipe, *VAE)}
    result: dict[str, float] = {}
    for name, recipe in recipes.items():
        recipe = assign(
            recipe,
            f"data.name={bench.data}", f"training.epochs={bench.choose(40, 20)}", "training.schedule=Cosine",
        )
        model = bench.train(name, recipe, None)
        kinds = ("gaussian", "mixture") if name == "ae" else ("normal", "mixture")
        result |= {f"{name}_{kind}": value for kind, value in _of(bench, model, recipe, kinds).items()}
    return result


def _of(bench: Bench, model: Autoencoder, recipe: Recipe, kinds: tuple[str, ...]) -> dict[str, float]:
    """For each density of codes: the distance of as many draws as there are test images; and of reconstructions."""
    from vaelab.density import fit
    from vaelab.evaluation.features import features
    from vaelab.evaluation.frechet import frechet_distance
    from vaelab.latent import decode, encode

    dataset, likelihood = load(recipe.data.name), recipe.objective.likelihood
    test = dataset.test.images.astype(np.float32) / 255
    held_out, codes = features(test), encode(model, dataset.train.images)[0]
    images = {"reconstruction": decode(model, likelihood, encode(model, test)[0])}
    for kind in kinds:
        drawn = fit(kind, codes, bench.seed).sample(bench.seed, len(test))
        images[kind] = decode(model, likelihood, drawn)
    return {kind: frechet_distance(held_out, features(shown)) for kind, shown in images.items()}


GENERATION = Reproduction(
    "generation", "Drawing from autoencoders",
    "MNIST, grey pixels in [0, 1]; the convolutional networks of the presets with 16 numbers, 40 epochs of Adam with a "
    "cosine schedule, the VAE with a Gaussian likelihood of scale 0.2, no selection; Frechet distance between 10,000 "
    "draws and the 10,000 test images in the 64 features of the classifier that ships with vaelab: this is not FID.",
    (
        Figure("ae_gaussian", "Distance, autoencoder, Gaussian fitted to its codes", 58.73, GHOSH),
        Figure("ae_mixture", "Distance, autoencoder, mixture of 10", 10.66, GHOSH),
        Figure("vae_normal", "Distance, VAE, its prior", 19.21, GHOSH),
        Figure("vae_mixture", "Distance, VAE, mixture of 10", 17.66, GHOSH),
        Figure("ae_reconstruction", "Distance, autoencoder, reconstructions", 12.95, GHOSH),
        Figure("vae_reconstruction", "Distance, VAE, reconstructions", 18.26, GHOSH),
    ),
    _distances, "the 8x8 digits, 20 epochs", {},
)
