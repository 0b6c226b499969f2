"""How the learning rate changes over a run: a factor of the fraction of steps done, computed inside the step."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import Any

from vaelab.lazy import jnp
from vaelab.spec import Spec


@dataclass(frozen=True)
class Constant(Spec):
    """The learning rate as it is."""

    def __call__(self, fraction: Any) -> Any:
        """1, whatever the fraction in [0, 1]."""
        return jnp.ones_like(fraction)


@dataclass(frozen=True)
class Cosine(Spec):
    """From the learning rate down to 0 at the last step: 1/2 (1 + cos(pi t / T)). Loshchilov & Hutter 2017, eq. 5."""

    def __call__(self, fraction: Any) -> Any:
        """The factor at a fraction in [0, 1] of all steps."""
        return 0.5 * (1 + jnp.cos(pi * fraction))


Schedule = Constant | Cosine
