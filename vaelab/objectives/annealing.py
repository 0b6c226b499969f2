"""How the weights of the penalties grow over a run: a factor of the fraction of steps done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vaelab.lazy import jnp
from vaelab.spec import Spec, number


@dataclass(frozen=True)
class Steady(Spec):
    """The weights as they are."""

    def __call__(self, fraction: Any) -> Any:
        """1, whatever the fraction in [0, 1]."""
        return jnp.float32(1.0)


@dataclass(frozen=True)
class WarmUp(Spec):
    """From 0 up to 1 in a straight line, then 1. Bowman et al. 2016; Sonderby et al. 2016."""

    share: float = number(0.25, minimum=0.001, maximum=1, label="Warm-up", help="Share of the run that it takes.")

    def __call__(self, fraction: Any) -> Any:
        """The factor at a fraction in [0, 1] of all steps."""
        return jnp.minimum(1.0, fraction / self.share)


@dataclass(frozen=True)
class Cycles(Spec):
    """Again and again from 0 up to 1, then 1 for the rest of the cycle. Fu et al. 2019, eq. 6."""

    count: int = number(4, minimum=1, maximum=100, label="Cycles", help="In the whole run.")
    share: float = number(0.5, minimum=0.001, maximum=1, label="Rising share", help="Of each cycle.")

    def __call__(self, fraction: Any) -> Any:
        """The factor at a fraction in [0, 1] of all steps."""
        return jnp.minimum(1.0, jnp.mod(fraction * self.count, 1.0) / self.share)


Annealing = Steady | WarmUp | Cycles
