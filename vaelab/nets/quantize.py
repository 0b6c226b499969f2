"""Vector quantization: each position's vector gives way to the nearest row of a codebook."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from vaelab.lazy import jax, jnp
from vaelab.nets.layers import Layer, Shape


def nearest(vectors: Any, codebook: Any) -> Any:
    """int32 [...]: of each vector [..., D] the row of a codebook [K, D] at the least Euclidean distance, the first
    of several. Van den Oord et al. 2017, eq. 1."""
    # |v - e|^2 = |v|^2 - 2 v.e + |e|^2, and |v|^2 is the same for all rows.
    scores = jnp.sum(codebook**2, axis=-1)[None] - 2 * vectors.reshape(-1, codebook.shape[-1]) @ codebook.T
    return jnp.argmin(scores, axis=-1).reshape(vectors.shape[:-1])


@dataclass(frozen=True)
class Quantize(Layer):
    """Snap vectors to a codebook, with the gradient passed straight through. Van den Oord et al. 2017, eq. 2."""

    codes: int
    dimension: int
    kind: ClassVar[str] = "quantize"

    def output_shape(self, shape: Shape) -> Shape:
        """[T dimension] -> [T, dimension]."""
        return (prod(shape) // self.dimension, self.dimension)

    def parameters(self) -> dict[str, Shape]:
        """The codebook [codes, dimension], and how often each row is used: a share [codes], averaged over steps."""
        return {"codebook": (self.codes, self.dimension), "usage": (self.codes,)}

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, T dimension] -> [B, T, dimension], every vector one of the codebook's."""
        vectors = x.reshape(x.shape[0], *self.output_shape(x.shape[1:]))
        rows = parameters["codebook"][nearest(vectors, parameters["codebook"])]
        # The codebook learns from its own loss or from averages, never from the reconstruction (section 3.2).
        return vectors + jax.lax.stop_gradient(rows - vectors)
