"""The two losses that bring encodings and codebook together. Van den Oord et al. 2017, eq. 3.

Summed over positions like every term here; the paper averages over them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from vaelab.architecture import Architecture
from vaelab.bottlenecks import QuantizedCode
from vaelab.lazy import jax
from vaelab.nets.quantize import nearest
from vaelab.objectives.penalties.penalty import Term
from vaelab.spec import number


@dataclass(frozen=True)
class Commitment(Term):
    """|z - sg(e)|^2: encodings are drawn to the rows they choose, so that they do not grow without bound."""

    weight: float = number(
        0.25, minimum=0, maximum=100, knob=True, logarithmic=True, label="Commitment", help="Weight of the distance."
    )
    name: ClassVar[str] = "commitment"
    reads: ClassVar[tuple[type, ...]] = (QuantizedCode,)

    def __call__(self, model: Any, forward: Any, key: Any) -> Any:
        """[B], summed over positions and dimensions."""
        vectors, rows = _pairs(model, forward.code.z)
        return ((vectors - jax.lax.stop_gradient(rows)) ** 2).sum(axis=(1, 2))


@dataclass(frozen=True)
class Codebook(Term):
    """|sg(z) - e|^2: rows are drawn to the encodings that choose them."""

    weight: float = number(
        1.0, minimum=0, maximum=100, knob=True, logarithmic=True, label="Codebook", help="Weight of the distance."
    )
    name: ClassVar[str] = "codebook"
    reads: ClassVar[tuple[type, ...]] = (QuantizedCode,)

    def conflict(self, architecture: Architecture) -> str:
        """A codebook learns in one way."""
        if getattr(architecture.bottleneck, "learning", "gradient") == "gradient":
            return ""
        return (
            "The penalty Codebook teaches a codebook by gradient, but this one learns by moving averages; take the "
            "penalty out, or set bottleneck.learning to 'gradient'."
        )

    def __call__(self, model: Any, forward: Any, key: Any) -> Any:
        """[B], summed over positions and dimensions."""
        vectors, rows = _pairs(model, forward.code.z)
        return ((jax.lax.stop_gradient(vectors) - rows) ** 2).sum(axis=(1, 2))


def _pairs(model: Any, z: Any) -> tuple[Any, Any]:
    """The vectors of a code [B, T dimension] and the rows that they choose, each [B, T, dimension]."""
    codebook = model.bottleneck.codebook(model.tail)
    vectors = z.reshape(len(z), -1, codebook.shape[-1])
    return vectors, codebook[nearest(vectors, codebook)]
