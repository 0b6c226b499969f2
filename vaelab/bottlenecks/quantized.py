"""The discrete waist: a grid of vectors, each one of a codebook's."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, Literal

from vaelab.bottlenecks.codes import QuantizedCode
from vaelab.bottlenecks.waist import Waist
from vaelab.errors import RecipeError
from vaelab.lazy import jax, jnp
from vaelab.nets.layers import Linear, Program, Shape
from vaelab.nets.quantize import Quantize, nearest
from vaelab.nets.rearranging import Reshape
from vaelab.spec import number, option

RARE = 0.03  # Of an even share: a row that is used less is put to better use,
TRIAL = 0.1  # as if it had been used so much: unless it is chosen, its time is up after a hundred steps or so.


@dataclass(frozen=True)
class Quantized(Waist):
    """One vector per position, decoded as the nearest row of a codebook. Van den Oord, Vinyals & Kavukcuoglu 2017.

    The code z is the vectors before they are replaced, [T dimension], so that any z can be decoded and snaps to the
    codebook on the way.
    """

    codes: int = number(64, minimum=2, maximum=4096, label="Codebook", help="Rows of the codebook.")
    dimension: int = number(8, minimum=1, maximum=256, label="Dimension", help="Numbers in each row.")
    learning: Literal["gradient", "moving average"] = option(
        "moving average", label="Codebook learning", help="By a loss of its own, or as the average of what chose it."
    )
    decay: float = number(
        0.99, minimum=0, maximum=0.9999, label="Decay", help="Of the averages over steps: of rows and of their use."
    )
    code: ClassVar[type] = QuantizedCode
    density: ClassVar[str] = "autoregressive"

    def head(self, features: Shape) -> Program:
        """Features [T, F] -> [T dimension], each position by itself."""
        layers = (Linear(features[-1], self.dimension), Reshape((prod(features[:-1]) * self.dimension,)))
        return Program(features, layers)

    def tail(self, features: Shape, classes: int) -> Program:
        """Code [T dimension] -> features [T, F], by way of the codebook."""
        if classes:
            raise RecipeError(
                "A Quantized code is a grid of codebook rows and has no place for a class; set data.condition to "
                "'none', or choose the bottleneck Gaussian, Point or TopK."
            )
        size = prod(features[:-1]) * self.dimension
        return Program((size,), (Quantize(self.codes, self.dimension), Linear(self.dimension, features[-1])))

    def read(self, statistics: Any, key: Any, sampling_scale: Any) -> QuantizedCode:
        """[B, T dimension] -> code; nothing is drawn."""
        return QuantizedCode(statistics)

    def codebook(self, tail: Any) -> Any:
        """[codes, dimension]."""
        return tail.array("0", "codebook")

    def settle(self, tail: Any, code: Any, key: Any) -> None:
        """Average how often each row is used and, if so chosen, move it to the mean of what chose it; then put rows
        that are hardly used, and before the first step all of them, at encodings of the batch.

        N <- decay N + (1 - decay) n and m <- decay m + (1 - decay) sum(z), row = m / N: van den Oord et al. 2017,
        appendix A.1. Only N is kept, as a share: m is the row times N. New rows are drawn with a probability that
        grows with the squared distance from the codebook, as in k-means++ (Arthur & Vassilvitskii 2007).
        """
        held = tail.layers["0"]
        codebook, before = held["codebook"][...], held["usage"][...]
        vectors = jnp.asarray(code.z).reshape(-1, self.dimension)
        chosen = nearest(vectors, codebook)
        one_hot = jax.nn.one_hot(chosen, self.codes)
        usage = self.decay * before + (1 - self.decay) * one_hot.mean(axis=0)
        if self.learning == "moving average":
            sums = self.decay * before[:, None] * codebook + (1 - self.decay) * (one_hot.T @ vectors) / len(vectors)
            codebook = jnp.where(usage[:, None] > 0, sums / jnp.maximum(usage, 1e-30)[:, None], codebook)
        idle = (before == 0) | (usage < RARE / self.codes)

        def renew() -> tuple[Any, Any]:
            count = min(self.codes, len(vectors))
            distance = jnp.sum((vectors - codebook[chosen]) ** 2, axis=-1)
            # The largest of logarithms with Gumbel noise are a draw without replacement.
            ranks = jnp.log(distance + 1e-12) + jax.random.gumbel(key, distance.shape)
            drawn = jnp.resize(vectors[jax.lax.top_k(ranks, count)[1]], codebook.shape)
            return jnp.where(idle[:, None], drawn, codebook), jnp.where(idle, TRIAL / self.codes, usage)

        codebook, usage = jax.lax.cond(idle.any(), renew, lambda: (codebook, usage))
        held["codebook"][...], held["usage"][...] = codebook, usage
