"""Penalties that make codes sparse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from vaelab.architecture import Architecture
from vaelab.bottlenecks import PointCode
from vaelab.lazy import jnp
from vaelab.nets.layers import Activation
from vaelab.objectives.penalties.penalty import Term
from vaelab.spec import number


@dataclass(frozen=True)
class L1(Term):
    """sum_i |z_i|: a Laplace prior's energy, which makes codes sparse. Goodfellow et al. 2016, eq. 14.5."""

    weight: float = number(
        0.01, minimum=0, maximum=100, knob=True, logarithmic=True, label="Sparsity", help="Weight of |z|."
    )
    name: ClassVar[str] = "l1"

    def __call__(self, model: Any, forward: Any, key: Any) -> Any:
        """[B], summed over the latent dimensions."""
        return jnp.abs(forward.code.z).sum(axis=-1)


@dataclass(frozen=True)
class SparseKL(Term):
    """sum_j KL(target || mean_B z_j): each unit is on for a target share of the examples. Ng 2011, CS294A, sec. 3."""

    weight: float = number(
        1.0, minimum=0, maximum=100, knob=True, logarithmic=True, label="Sparsity", help="Weight of the divergence."
    )
    target: float = number(
        0.05, minimum=0.001, maximum=0.999, knob=True, label="Target activation", help="Wanted mean of each unit."
    )
    name: ClassVar[str] = "sparse_kl"
    reads: ClassVar[tuple[type, ...]] = (PointCode,)

    def conflict(self, architecture: Architecture) -> str:
        """Codes must lie in (0, 1)."""
        last = architecture.head.layers[-1]
        if last == Activation("sigmoid"):
            return ""
        return (
            "SparseKL compares mean activations with a target between 0 and 1, but the code is not limited to that; "
            "choose the code activation 'sigmoid' of a Point bottleneck, or the penalty L1."
        )

    def __call__(self, model: Any, forward: Any, key: Any) -> Any:
        """A scalar in nats, summed over the latent dimensions."""
        mean = jnp.clip(forward.code.z.mean(axis=0), 1e-6, 1 - 1e-6)
        target = jnp.clip(jnp.asarray(self.target, jnp.float32), 1e-6, 1 - 1e-6)
        off = (1 - target) * (jnp.log1p(-target) - jnp.log1p(-mean))
        return (target * (jnp.log(target) - jnp.log(mean)) + off).sum()
