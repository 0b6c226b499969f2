"""The layers of transformers: a norm, and the two halves of a block, each added to what enters it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from vaelab.lazy import jax, jnp
from vaelab.nets.layers import Layer, Shape
from vaelab.nets.mixing import mixed
from vaelab.nets.products import product
from vaelab.nets.standardizing import standardized


@dataclass(frozen=True)
class Norm(Layer):
    """(x - mean) / deviation * (1 + gain) + shift over the numbers of each token. Ba et al. 2016.

    The trained gain is what is added to 1, because all vectors start as zeros.
    """

    width: int
    kind: ClassVar[str] = "norm"

    def parameters(self) -> dict[str, Shape]:
        """Gain and shift, [width] each."""
        return {"gain": (self.width,), "shift": (self.width,)}

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, T, width] -> [B, T, width]."""
        return standardized(x) * (1 + parameters["gain"])[None, None] + parameters["shift"][None, None]


@dataclass(frozen=True)
class Attention(Layer):
    """x + W concat_h(softmax(Q_h K_h^T / sqrt(d)) V_h), Q K V linear in the norm of x. Vaswani et al. 2017, eq. 1.

    The norm comes first, as in Dosovitskiy et al. 2021, eq. 2.
    """

    width: int
    heads: int  # divides the width
    kind: ClassVar[str] = "attention"

    def parameters(self) -> dict[str, Shape]:
        """The norm's, the kernel to Q, K and V side by side, head by head within each, and the kernel back."""
        width = self.width
        inner = {"kernel": (width, 3 * width), "bias": (3 * width,)}
        return Norm(width).parameters() | inner | {"output_kernel": (width, width), "output_bias": (width,)}

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, T, width] -> [B, T, width]."""
        batch, tokens, width = x.shape
        normed = Norm(width)(x, parameters).reshape(-1, width)
        inner = product(normed, parameters["kernel"]) + parameters["bias"][None]
        queries, keys, values = (
            part.reshape(batch, tokens, self.heads, width // self.heads).swapaxes(1, 2)
            for part in jnp.split(inner, 3, axis=-1)
        )  # [B, heads, T, d]
        found = mixed(queries * (width // self.heads) ** -0.5, keys, values).swapaxes(1, 2).reshape(-1, width)
        return x + (product(found, parameters["output_kernel"]) + parameters["output_bias"][None]).reshape(x.shape)


@dataclass(frozen=True)
class Feedforward(Layer):
    """x + W2 gelu(W1 norm(x)), of each token by itself. Dosovitskiy et al. 2021, eq. 3."""

    width: int
    hidden: int
    kind: ClassVar[str] = "feedforward"

    def parameters(self) -> dict[str, Shape]:
        """The norm's, and two kernels with their biases."""
        inner = {"kernel": (self.width, self.hidden), "bias": (self.hidden,)}
        outer = {"output_kernel": (self.hidden, self.width), "output_bias": (self.width,)}
        return Norm(self.width).parameters() | inner | outer

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, T, width] -> [B, T, width]."""
        normed = Norm(self.width)(x, parameters).reshape(-1, self.width)
        hidden = jax.nn.gelu(product(normed, parameters["kernel"]) + parameters["bias"][None])
        return x + (product(hidden, parameters["output_kernel"]) + parameters["output_bias"][None]).reshape(x.shape)
