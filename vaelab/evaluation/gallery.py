"""What the explorer shows of a model besides its decoder: held-out codes, what each number of the code carries, holes.

A gallery is computed after training and lies beside the parameters, so that a trained run is shown without JAX.
"""

from __future__ import annotations

import numpy as np

from vaelab.data import Dataset
from vaelab.density import Mixture, fit
from vaelab.density.mixture import FULL
from vaelab.evaluation.holes import hole_share, image_distance
from vaelab.evaluation.protocol import first, held_out
from vaelab.latent import decode, encode, prior_samples
from vaelab.model import Autoencoder
from vaelab.objectives import Likelihood

POINTS = 10_000  # Held-out codes on the map.
PRIOR_SAMPLES = 1_000
CODES = 2_000  # Codes the hole meter looks at: enough for three digits, cheap enough while training.
TRAINING_IMAGES = 10_000
FITTED = 10_000  # Training codes that densities are fitted to,
MIXED, ROUNDS = 4_000, 30  # and those of a mixture, with the rounds it may take: a second for 64 numbers, less for two.
DRAWN = 64  # Codes drawn from an autoregressive density.


def gallery(model: Autoencoder, dataset: Dataset, binarization: str) -> dict[str, np.ndarray]:
    """`codes` float32 [N, size], `labels` uint8 [N], `information` float32 [size] of up to 10,000 held-out examples.

    The information of a number is its KL to the prior in nats, or, for a point code, its variance. With them go the
    arrays of `densities`.
    """
    count = first(dataset.test.images, POINTS)
    fitted = first(dataset.train.images, FITTED)
    labels = dataset.test.labels[:count]
    means, deviations = encode(model, held_out(dataset.test.images[:count], binarization), labels)
    return {
        "codes": means.astype(np.float32),
        "labels": labels.astype(np.uint8),
        "information": information(model, means, deviations),
        **densities(model, held_out(dataset.train.images[:fitted], binarization), dataset.train.labels[:fitted]),
    }


def densities(model: Autoencoder, images: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    """What the explorer draws codes from besides N(0, I) and their Gaussian, fitted to the codes of training images.

    `prior_codes` [64, size] drawn from the autoregressive density of a codebook; else, where a code has at most 64
    numbers, `mixture_weights` [k], `mixture_means` [k, size] and `mixture_factors` [k, size, size].
    """
    bottleneck = model.bottleneck
    if bottleneck.density != "autoregressive" and model.latent > FULL:
        return {}
    codes = encode(model, images, labels)[0]
    if not np.isfinite(codes).all():
        return {}
    if bottleneck.density == "autoregressive":
        return {"prior_codes": fit("autoregressive", codes, 0, bottleneck.codebook(model.tail)).sample(0, DRAWN)}
    mixture = Mixture.fit(codes[:MIXED], rounds=ROUNDS)
    return {f"mixture_{name}": getattr(mixture, name) for name in ("weights", "means", "factors")}


def information(model: Autoencoder, means: np.ndarray, deviations: np.ndarray) -> np.ndarray:
    """[size] float32, from posterior means and standard deviations [N, size]."""
    if model.bottleneck.has_prior:
        # `gaussian_kl` in NumPy's hands: in JAX's, every number of examples would be five programs to compile.
        nats = 0.5 * (means**2 + deviations**2 - 1) - np.log(np.maximum(deviations, 1e-20))
        return nats.mean(axis=0).astype(np.float32)
    return means.var(axis=0).astype(np.float32)


def holes(
    model: Autoencoder, likelihood: Likelihood, codes: np.ndarray, dataset: Dataset, binarization: str
) -> dict[str, float]:
    """The hole meter: `share` of prior mass off the codes, and `image_distance` of samples to training images."""
    samples = prior_samples(0, PRIOR_SAMPLES, codes.shape[1])
    count = first(dataset.train.images, TRAINING_IMAGES)
    training = held_out(dataset.train.images[:count], binarization)
    return {
        "share": hole_share(codes[:CODES], samples),
        "image_distance": image_distance(decode(model, likelihood, samples), training),
    }
