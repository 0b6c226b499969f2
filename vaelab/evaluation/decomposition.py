"""What the KL term of the ELBO is made of: mutual information, total correlation, and a KL per dimension.

mean_n KL(q(z|n) || p(z)) = I(z; n) + KL(q(z) || prod_j q(z_j)) + sum_j KL(q(z_j) || p(z_j)), where n is the index of
an example and q(z) = 1/N sum_n q(z|n) the aggregate posterior. Hoffman & Johnson 2016; Chen et al. 2018, eq. 2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vaelab.errors import VaelabError
from vaelab.evaluation.arrays import matrix

EXAMPLES = 5000  # Time grows with the square: about a tenth of a second per dimension for so many.
_STREAM = 0x454C424F  # Sets these draws apart from others of the same seed.
_BLOCK = 2**20  # Densities held at once, 8 MB for each of the few tables in work.


class Decomposition(NamedTuple):
    """Nats per example; the terms were estimated from draws and sum to the KL up to Monte-Carlo error."""

    mutual_information: float  # I(z; n): what a code says about which example it is of; at most log(examples)
    total_correlation: float  # KL(q(z) || prod_j q(z_j)): how far the numbers of the code depend on each other
    dimensions: np.ndarray  # [size] KL(q(z_j) || p(z_j)): how far each number strays from the prior
    kl: float  # The analytic mean KL(q(z|n) || p(z)) over the same examples, to compare the sum with
    examples: int  # N: the examples that make up the aggregate posterior

    @property
    def dimension_wise_kl(self) -> float:
        """The third term, sum_j KL(q(z_j) || p(z_j))."""
        return float(self.dimensions.sum())

    @property
    def total(self) -> float:
        """The sum of the three terms: a Monte-Carlo estimate of `kl`."""
        return self.mutual_information + self.total_correlation + self.dimension_wise_kl


def decompose(
    means: np.ndarray, logvars: np.ndarray, *, examples: int = EXAMPLES, draws: int = 1, seed: int = 0
) -> Decomposition:
    """Split the KL of diagonal Gaussian posteriors [N, size] to the standard normal prior.

    The aggregate posterior is the exact mixture of the first `examples` posteriors, and the expectations are means
    over `draws` draws from each of these. It stands for those examples: the mutual information cannot exceed
    log(examples), so figures compare only where their number is the same. Memory does not grow with the number.
    """
    means, logvars = matrix(means, "means"), matrix(logvars, "log-variances")
    if means.shape != logvars.shape:
        raise VaelabError(f"Means {means.shape} and log-variances {logvars.shape} must have the same shape.")
    if examples < 1 or draws < 1:
        raise VaelabError(f"At least one example and one draw are needed, not {examples} and {draws}.")
    means, logvars = means[:examples], logvars[:examples]
    # A stream of its own: noise from the generator that made the codes would be correlated with them.
    generator = np.random.default_rng([seed, _STREAM])
    count, size = means.shape
    rows = max(1, _BLOCK // count)
    mutual, correlation, dimensions = 0.0, 0.0, np.zeros(size)
    for source in np.array_split(np.tile(np.arange(count), draws), -(-count * draws // rows)):
        noise = generator.normal(size=(len(source), size))
        z = means[source] + np.exp(0.5 * logvars[source]) * noise
        joint, marginals = _aggregate(z, means, logvars)
        conditional = -0.5 * (noise**2 + logvars[source] + np.log(2 * np.pi)).sum(axis=1)
        prior = -0.5 * (z**2 + np.log(2 * np.pi))
        mutual += (conditional - joint).sum()
        correlation += (joint - marginals.sum(axis=1)).sum()
        dimensions += (marginals - prior).sum(axis=0)
    kl = 0.5 * (means**2 + np.exp(logvars) - logvars - 1).sum(axis=1).mean()
    total = count * draws
    return Decomposition(float(mutual / total), float(correlation / total), dimensions / total, float(kl), count)


def _aggregate(z: np.ndarray, means: np.ndarray, logvars: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """log q(z) [B] and log q(z_j) [B, size] of the mixture of all posteriors, for points z [B, size]."""
    joint = np.zeros((len(z), len(means)))
    marginals = np.empty_like(z)
    for j in range(z.shape[1]):  # One dimension at a time: a table of [B, N], never [B, N, size].
        densities = z[:, j, None] - means[None, :, j]
        densities *= densities
        densities *= -0.5 * np.exp(-logvars[None, :, j])
        densities -= 0.5 * (logvars[None, :, j] + np.log(2 * np.pi))
        joint += densities
        marginals[:, j] = _log_mean_exp(densities)
    return _log_mean_exp(joint), marginals


def _log_mean_exp(table: np.ndarray) -> np.ndarray:
    """log of the mean of exp over the last axis, without overflow; the table is used up."""
    highest = table.max(axis=1)
    table -= highest[:, None]
    return highest + np.log(np.exp(table, out=table).mean(axis=1))
