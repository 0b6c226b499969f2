"""The dependence among the numbers of a code."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi
from typing import Any, ClassVar

from vaelab.bottlenecks import GaussianCode
from vaelab.lazy import jax, jnp
from vaelab.objectives.penalties.penalty import Term
from vaelab.spec import number


@dataclass(frozen=True)
class TotalCorrelation(Term):
    """KL( q(z) || prod_j q(z_j) ): 0 where the numbers of a code are independent. Chen et al. 2018, eq. 2.

    q(z) is the mixture of the batch's posteriors. Minibatch-weighted sampling (their sec. 3.1) divides by the size of
    the data set as well: a constant, (size - 1) log N, that has no gradient. The beta-TCVAE is `GaussianKL(1)` with
    `TotalCorrelation(beta - 1)`, because the KL holds the total correlation once already.
    """

    weight: float = number(
        5.0, minimum=0, maximum=100, knob=True, logarithmic=True, label="Independence", help="Beta - 1 of a TCVAE."
    )
    name: ClassVar[str] = "total_correlation"
    reads: ClassVar[tuple[type, ...]] = (GaussianCode,)

    def __call__(self, model: Any, forward: Any, key: Any) -> Any:
        """[B] in nats: log q(z) - sum_j log q(z_j) at each draw; a draw's own posterior is among those averaged."""
        z, mean, logvar = forward.code
        # [B, B, size]: the density of draw i under the posterior of example j, number by number.
        standardized = (z[:, None] - mean[None]) * jnp.exp(-0.5 * logvar)[None]
        densities = -0.5 * (standardized**2 + logvar[None] + log(2 * pi))
        joint = jax.nn.logsumexp(densities.sum(axis=-1), axis=1) - log(len(z))
        apart = jax.nn.logsumexp(densities, axis=1) - log(len(z))
        return joint - apart.sum(axis=-1)
