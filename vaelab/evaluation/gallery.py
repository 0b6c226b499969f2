"""What the explorer shows of a model besides its decoder: held-out codes, what each number of the code carries, holes.

A gallery is computed after training and lies beside the parameters, so that a trained run is shown without JAX.
"""

from __future__ import annotations

import numpy as np

from vaelab.bottlenecks import Gaussian
from vaelab.data import Dataset
from vaelab.evaluation.holes import hole_share, image_distance
from vaelab.evaluation.protocol import held_out
from vaelab.latent import decode, encode, prior_samples
from vaelab.model import Autoencoder
from vaelab.objectives import Likelihood
from vaelab.objectives.penalties import gaussian_kl

POINTS = 10_000  # Held-out codes on the map.
PRIOR_SAMPLES = 1_000
CODES = 2_000  # Codes the hole meter looks at: enough for three digits, cheap enough while training.
TRAINING_IMAGES = 10_000


def gallery(model: Autoencoder, dataset: Dataset, binarization: str) -> dict[str, np.ndarray]:
    """`codes` float32 [N, size], `labels` uint8 [N], `information` float32 [size] of up to 10,000 held-out examples.

    The information of a number is its KL to the prior in nats, or, for a point code, its variance.
    """
    count = min(POINTS, len(dataset.test.images))
    means, deviations = encode(model, held_out(dataset.test.images[:count], binarization))
    return {
        "codes": means.astype(np.float32),
        "labels": dataset.test.labels[:count].astype(np.uint8),
        "information": information(model, means, deviations),
    }


def information(model: Autoencoder, means: np.ndarray, deviations: np.ndarray) -> np.ndarray:
    """[size] float32, from posterior means and standard deviations [N, size]."""
    if isinstance(model.bottleneck, Gaussian):
        logvar = 2 * np.log(np.maximum(deviations, 1e-20))
        return np.asarray(gaussian_kl(means, logvar)).mean(axis=0).astype(np.float32)
    return means.var(axis=0).astype(np.float32)


def holes(
    model: Autoencoder, likelihood: Likelihood, codes: np.ndarray, dataset: Dataset, binarization: str
) -> dict[str, float]:
    """The hole meter: `share` of prior mass off the codes, and `image_distance` of samples to training images."""
    samples = prior_samples(0, PRIOR_SAMPLES, codes.shape[1])
    training = held_out(dataset.train.images[:TRAINING_IMAGES], binarization)
    return {
        "share": hole_share(codes[:CODES], samples),
        "image_distance": image_distance(decode(model, likelihood, samples), training),
    }
