"""The hole meter: how much of the prior lies where no data is encoded, and what is generated from there.

An autoencoder reconstructs well wherever it has put codes; a generator must decode well wherever the prior puts mass.
`hole_share` measures the gap in latent space, `image_distance` in pixels.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

NEIGHBOURS = 3  # As in the source of the measure.
PAIRS = 4_000_000  # Distances held at once: 32 MB.


def hole_share(codes: np.ndarray, prior: np.ndarray, neighbours: int = NEIGHBOURS) -> float:
    """Share of prior samples [M, size] outside the manifold spanned by the codes [N, size]; 0 is best, 1 is worst.

    The manifold is the union of balls around the codes that reach to each one's k-th nearest other code; so this is
    one minus the precision of the prior against the codes. Kynkaanniemi et al. 2019, eqs. 1 and 2, in latent space.
    """
    codes, prior = np.asarray(codes, np.float64), np.asarray(prior, np.float64)
    neighbours = min(neighbours, len(codes) - 1)
    radii = cKDTree(codes).query(codes, k=neighbours + 1)[0][:, -1]  # Each code is its own nearest neighbour.
    covered = [
        (cdist(some, codes) <= radii[None]).any(axis=1)
        for some in np.array_split(prior, -(-len(prior) * len(codes) // PAIRS))
    ]
    return 1.0 - float(np.concatenate(covered).mean())


def image_distance(generated: np.ndarray, training: np.ndarray) -> float:
    """Mean Euclidean distance from each generated image to the nearest training image, pixels in [0, 1].

    [M, ...] and [N, ...] in the same unit; a small distance means that samples look like data (or copy it).
    """
    samples = generated.reshape(len(generated), -1).astype(np.float32)
    images = training.reshape(len(training), -1).astype(np.float32)
    # |a - b|^2 = |a|^2 - 2 a.b + |b|^2: one matrix product instead of M x N differences.
    squared = (samples**2).sum(1)[:, None] - 2 * samples @ images.T + (images**2).sum(1)[None]
    return float(np.sqrt(np.maximum(squared.min(axis=1), 0)).mean())
