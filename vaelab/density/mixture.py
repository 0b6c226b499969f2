"""A mixture of Gaussians: what Ghosh et al. 2020 sample from (section 4; ten components, section 6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vaelab.density.gaussian import noise

COMPONENTS = 10
FULL = 64  # Numbers in a code up to which the components have full covariances; beyond, diagonal ones.
STREAM = 1_000_003  # Added to the seed: the noise that chooses components is not the noise inside them.


@dataclass(frozen=True, eq=False)
class Mixture:
    """sum_k weights_k N(means_k, factors_k factors_k^T)."""

    weights: np.ndarray  # [k], adding up to 1
    means: np.ndarray  # [k, size]
    factors: np.ndarray  # [k, size, size], lower triangular

    @classmethod
    def fit(cls, codes: np.ndarray, seed: int = 0, components: int = COMPONENTS, rounds: int = 100) -> Mixture:
        """Expectation maximization from k-means on codes [N, size], at most so many rounds."""
        import warnings

        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import GaussianMixture

        count, size = codes.shape
        kind = "full" if size <= FULL else "diag"
        ridge = 1e-5 * max(float(codes.var()), 1e-9)  # Of the codes' own scale, against components of one point.
        model = GaussianMixture(
            min(components, count), covariance_type=kind, reg_covar=ridge, max_iter=rounds, random_state=seed
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # Hardly better after as many rounds again.
            model.fit(np.asarray(codes, np.float64))
        spread = np.asarray(model.covariances_)
        factors = np.linalg.cholesky(spread) if kind == "full" else np.sqrt(spread)[:, :, None] * np.eye(size)[None]
        return cls(*(np.asarray(array, np.float32) for array in (model.weights_, model.means_, factors)))

    def sample(self, seed: int, count: int, temperature: float = 1.0) -> np.ndarray:
        """A component by its weight, then mean + temperature * factor * noise, [count, size]."""
        from scipy.special import ndtr  # A fifth of a second, which whoever draws from the prior does not wait for.

        uniform = ndtr(noise((seed + STREAM) % 2**31, count, 1)[:, 0])
        chosen = np.minimum(np.searchsorted(np.cumsum(self.weights), uniform), len(self.weights) - 1)
        drawn = noise(seed, count, self.means.shape[1])
        return self.means[chosen] + temperature * np.einsum("nij,nj->ni", self.factors[chosen], drawn)
