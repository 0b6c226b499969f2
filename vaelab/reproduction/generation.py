"""How well models generate: the distance of what they draw from held-out images, in features of digits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vaelab.assign import assign
from vaelab.data import load
from vaelab.presets import preset
from vaelab.reproduction.claim import Bench, Figure, Reproduction

if TYPE_CHECKING:
    from vaelab.model import Autoencoder
    from vaelab.recipe import Recipe

GHOSH = "Ghosh et al. 2020, table 1, MNIST (FID in Inception's features: another scale)"
NETWORK = ("backbone.hidden=[1000,500,250]", "bottleneck.size=16", "data.binarization=none")
VAE = "objective.likelihood=FixedGaussian"
SCALES = (0.35, 0.5, 0.7)  # Of the VAE's pixels: what the paper tunes as the weight of its KL term.


class _Drawing(NamedTuple):
    """A model, and how near its reconstructions and what it draws come to images, for each density of its codes."""

    model: Autoencoder
    recipe: Recipe
    seed: int

    def distances(self, images: np.ndarray, densities: tuple[str, ...]) -> dict[str, float]:
        """To uint8 images [N, ...], of N draws each; the densities are fitted to codes of training images."""
        from vaelab.density import fit
        from vaelab.evaluation.features import features
        from vaelab.evaluation.frechet import frechet_distance
        from vaelab.latent import decode, encode

        images = images.astype(np.float32) / 255
        model, likelihood = self.model, self.recipe.objective.likelihood
        codes = encode(model, load(self.recipe.data.name).train.images)[0]
        shown = {"reconstruction": decode(model, likelihood, encode(model, images)[0])}
        for kind in densities:
            drawn = fit(kind, codes, self.seed).sample(self.seed, len(images))
            shown[kind] = decode(model, likelihood, drawn)
        wanted = features(images)
        return {kind: frechet_distance(wanted, features(made)) for kind, made in shown.items()}


def _distances(bench: Bench) -> dict[str, float]:
    dataset = load(bench.data)
    test, validation = dataset.test.images, dataset.train.images[-len(dataset.test.images) :]

    def trained(label: str, kind: str, *changes: str) -> _Drawing:
        everywhere = (f"data.name={bench.data}", "training.epochs=20", "training.schedule=Cosine")
        recipe = assign(preset(kind).recipe, *NETWORK, *changes, *everywhere)
        return _Drawing(bench.train(label, recipe, None), recipe, bench.seed)

    plain = trained("deep-ae", "ae")
    trials = []
    for scale in SCALES[: bench.choose(3, 1)]:
        label = f"deep-vae-{scale:g}".replace(".", "-")
        trial = trained(label, "vae", VAE, f"objective.likelihood.scale={scale}")
        trials.append((trial.distances(validation, ("normal",))["normal"], scale, trial))
        bench.note(f"{label}: draws from the prior are {trials[-1][0]:.2f} from training images")
    _, scale, variational = min(trials, key=lambda trial: trial[0])
    found = {f"ae_{kind}": value for kind, value in plain.distances(test, ("gaussian", "mixture")).items()}
    found |= {f"vae_{kind}": value for kind, value in variational.distances(test, ("normal", "mixture")).items()}
    return {**found, "vae_scale": scale}


GENERATION = Reproduction(
    "generation", "Drawing from autoencoders",
    "MNIST, grey pixels in [0, 1]; dense networks 784-1000-500-250-16 and back (four layers each way, as the paper's "
    "convolutional ones have), 20 epochs of Adam with a cosine schedule, the VAE with a Gaussian likelihood of scale "
    "0.35, 0.5 or 0.7, whichever draws nearest to 10,000 "
    "training images (the paper tunes the weight of the KL term); Frechet distance between 10,000 draws and the 10,000 "
    "test images in the 64 features of the classifier that ships with vaelab: this is not FID.",
    (
        Figure("ae_gaussian", "Distance, autoencoder, Gaussian fitted to its codes", 58.73, GHOSH),
        Figure("ae_mixture", "Distance, autoencoder, mixture of 10", 10.66, GHOSH),
        Figure("vae_normal", "Distance, VAE, its prior", 19.21, GHOSH),
        Figure("vae_mixture", "Distance, VAE, mixture of 10", 17.66, GHOSH),
        Figure("ae_reconstruction", "Distance, autoencoder, reconstructions", 12.95, GHOSH),
        Figure("vae_reconstruction", "Distance, VAE, reconstructions", 18.26, GHOSH),
        Figure("vae_scale", "Scale of the VAE's pixels, chosen", None, ""),
    ),
    _distances, "the 8x8 digits, 20 epochs", {},
)
