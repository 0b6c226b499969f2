"""The hole meter: how much of the prior lies where no data is encoded, and what is generated from there.

An autoencoder reconstructs well wherever it has put codes; a generator must decode well wherever the prior puts mass.
`hole_share` measures the gap in latent space, `image_distance` in pixels.

What is far from a code? Balls that reach to each code's k-th nearest neighbour (Kynkaanniemi et al. 2019) will not do:
spread the codes tenfold and the balls grow with them, so that a plain autoencoder, whose codes have no scale, would
cover everything. The prior has a scale, and the ideal is known: codes that are themselves draws from it. So the radius
is the one within which 95 % of prior samples find a code when as many ideal codes are drawn. A model whose codes follow
the prior has a share of about 0.05; codes spread too wide, too narrow, or with gaps raise it towards 1.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

IDEAL = 0.05  # The share that codes drawn from the prior itself leave, by construction.


def hole_share(codes: np.ndarray, prior: np.ndarray) -> float:
    """Share of prior samples [M, size] with no code [N, size] within the calibrated radius, in 0..1."""
    ideal = np.random.default_rng(0).normal(size=codes.shape)
    radius = np.quantile(nearest(ideal, prior), 1 - IDEAL)
    return float((nearest(codes, prior) > radius).mean())


def nearest(codes: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Euclidean distance from each point [M, size] to the nearest code [N, size]: [M]."""
    return KDTree(np.asarray(codes, np.float64)).query(np.asarray(points, np.float64))[0]


def image_distance(generated: np.ndarray, training: np.ndarray) -> float:
    """Mean Euclidean distance from each generated image to the nearest training image, pixels in [0, 1].

    [M, ...] and [N, ...] in the same unit; a small distance means that samples look like data (or copy it).
    """
    samples = generated.reshape(len(generated), -1).astype(np.float32)
    images = training.reshape(len(training), -1).astype(np.float32)
    # |a - b|^2 = |a|^2 - 2 a.b + |b|^2: one matrix product instead of M x N differences.
    squared = (samples**2).sum(1)[:, None] - 2 * samples @ images.T + (images**2).sum(1)[None]
    return float(np.sqrt(np.maximum(squared.min(axis=1), 0)).mean())
