"""The divergence of the posterior from the prior, as it is and with two ways to keep it from vanishing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from vaelab.bottlenecks import GaussianCode
from vaelab.lazy import jnp
from vaelab.objectives.penalties.penalty import Term
from vaelab.spec import number


def gaussian_kl(mean: Any, logvar: Any) -> Any:
    """KL(N(mean, exp(logvar)) || N(0, 1)) per dimension, in nats. Kingma & Welling 2014, App. B.

    1/2 (var + mean^2 - 1 - log var)
    """
    return 0.5 * (jnp.exp(logvar) + mean**2 - 1.0 - logvar)


@dataclass(frozen=True)
class GaussianKL(Term):
    """KL(q(z|x) || N(0, I)); its weight is the beta of Higgins et al. 2017, and 1 gives the ELBO."""

    weight: float = number(
        1.0, minimum=0, maximum=100, knob=True, logarithmic=True, label="Beta", help="Weight of the KL term."
    )
    name: ClassVar[str] = "kl"
    reads: ClassVar[tuple[type, ...]] = (GaussianCode,)

    def __call__(self, model: Any, forward: Any, key: Any) -> Any:
        """[B] in nats, summed over the latent dimensions."""
        return gaussian_kl(forward.code.mean, forward.code.logvar).sum(axis=-1)


@dataclass(frozen=True)
class FreeBits(Term):
    """sum_j max(floor, mean_B KL_j): below the floor a dimension costs nothing more. Kingma et al. 2016, eq. 15."""

    weight: float = number(1.0, minimum=0, maximum=100, knob=True, logarithmic=True, label="Beta", help="Weight.")
    floor: float = number(
        0.25, minimum=0, maximum=10, knob=True, label="Free nats", help="Per dimension, on average over a batch."
    )
    name: ClassVar[str] = "kl_above_floor"
    reads: ClassVar[tuple[type, ...]] = (GaussianCode,)

    def __call__(self, model: Any, forward: Any, key: Any) -> Any:
        """A scalar in nats."""
        return jnp.maximum(self.floor, gaussian_kl(forward.code.mean, forward.code.logvar).mean(axis=0)).sum()


@dataclass(frozen=True)
class Capacity(Term):
    """|KL - C|: the code is made to carry C nats, neither more nor less. Burgess et al. 2018, eq. 8.

    C is a knob, to be raised by hand or by a program while a run is going; the paper raises it linearly.
    """

    weight: float = number(
        10.0, minimum=0, maximum=1000, knob=True, logarithmic=True, label="Gamma", help="Weight of the difference."
    )
    nats: float = number(20.0, minimum=0, maximum=200, knob=True, label="Capacity", help="Nats that a code carries.")
    name: ClassVar[str] = "kl_from_capacity"
    reads: ClassVar[tuple[type, ...]] = (GaussianCode,)

    def __call__(self, model: Any, forward: Any, key: Any) -> Any:
        """[B] in nats: the distance of the batch's mean KL from the capacity."""
        return jnp.abs(gaussian_kl(forward.code.mean, forward.code.logvar).sum(axis=-1).mean() - self.nats)
