"""Numbers that compete: only the largest pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from vaelab.lazy import jax, jnp
from vaelab.nets.layers import Layer


@dataclass(frozen=True)
class Largest(Layer):
    """The `active` largest numbers of a vector, and 0 for all others. Makhzani & Frey 2014, algorithm 1."""

    active: int
    kind: ClassVar[str] = "largest"

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, size] -> [B, size]."""
        # The k-th largest as a threshold: the gradient passes to what is kept, and nothing is scattered.
        smallest = jax.lax.top_k(jax.lax.stop_gradient(x), self.active)[0][:, -1:]
        return jnp.where(x >= smallest, x, 0.0)
