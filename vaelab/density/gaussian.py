"""One Gaussian: the prior itself, or the one with the codes' mean and covariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vaelab.data.threefry import key
from vaelab.lazy import jax

RIDGE = 1e-6  # Of the mean variance, added to each: a dimension that never varies leaves a matrix without a root.


def noise(seed: int, count: int, size: int) -> np.ndarray:
    """N(0, I), float32 [count, size]: the same numbers in the library, the command line and the explorer."""
    return np.asarray(jax.random.normal(key(seed), (count, size)))


@dataclass(frozen=True)
class StandardNormal:
    """N(0, I)."""

    size: int

    def sample(self, seed: int, count: int, temperature: float = 1.0) -> np.ndarray:
        """Draws of N(0, temperature^2 I), [count, size]."""
        return temperature * noise(seed, count, self.size)


@dataclass(frozen=True, eq=False)
class FittedGaussian:
    """N(mean, factor factor^T), the maximum likelihood."""

    mean: np.ndarray  # [size]
    factor: np.ndarray  # [size, size], lower triangular

    @classmethod
    def fit(cls, codes: np.ndarray) -> FittedGaussian:
        """The mean and the covariance (divided by N) of codes [N, size]."""
        values = np.asarray(codes, np.float64)
        mean = values.mean(axis=0)
        covariance = (values - mean).T @ (values - mean) / len(values)
        ridge = RIDGE * max(float(np.trace(covariance)) / len(mean), 1e-12)
        factor = np.linalg.cholesky(covariance + ridge * np.eye(len(mean)))
        return cls(mean.astype(np.float32), factor.astype(np.float32))

    def sample(self, seed: int, count: int, temperature: float = 1.0) -> np.ndarray:
        """mean + temperature * factor * noise, [count, size]."""
        drawn = noise(seed, count, len(self.mean))
        return self.mean[None] + temperature * (drawn @ self.factor.T)
