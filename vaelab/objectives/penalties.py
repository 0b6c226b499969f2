"""Penalties on a code: one equation per frozen dataclass. Every value is `[B]`, in nats, before its weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from vaelab.bottlenecks import GaussianCode, PointCode
from vaelab.lazy import jnp
from vaelab.spec import Spec, number


def gaussian_kl(mean: Any, logvar: Any) -> Any:
    """KL(N(mean, exp(logvar)) || N(0, 1)) per dimension, in nats. Kingma & Welling 2014, App. B.

    1/2 (var + mean^2 - 1 - log var)
    """
    return 0.5 * (jnp.exp(logvar) + mean**2 - 1.0 - logvar)


@dataclass(frozen=True)
class GaussianKL(Spec):
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
class L1(Spec):
    """sum_i |z_i|: a Laplace prior's energy, which makes codes sparse. Goodfellow et al. 2016, eq. 14.5."""

    weight: float = number(
        0.01, minimum=0, maximum=100, knob=True, logarithmic=True, label="Sparsity", help="Weight of |z|."
    )
    name: ClassVar[str] = "l1"
    reads: ClassVar[tuple[type, ...]] = (PointCode, GaussianCode)

    def __call__(self, model: Any, forward: Any, key: Any) -> Any:
        """[B], summed over the latent dimensions."""
        return jnp.abs(forward.code.z).sum(axis=-1)


Penalty = GaussianKL | L1
