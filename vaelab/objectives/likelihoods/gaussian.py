"""Real pixels with Gaussian noise: of a given size, of a size per pixel, of the size that fits best."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi
from typing import Any, ClassVar, Literal

from vaelab.lazy import jax, jnp
from vaelab.nets.layers import Activation, Layer, Shape, apply
from vaelab.nets.rearranging import Take
from vaelab.objectives.likelihoods.pixels import Pixels, Support, flatten, sum_event
from vaelab.spec import number, option


def _log_normal(target: Any, mean: Any, deviation: Any) -> Any:
    return -(0.5 * (target - mean) ** 2 / deviation**2 + (jnp.log(deviation) + 0.5 * log(2 * pi)))


@dataclass(frozen=True)
class FixedGaussian(Pixels):
    """Independent real pixels, N(mean, scale^2): squared error with its unit. Bishop 2006, eq. 1.46."""

    scale: float = number(
        1.0, minimum=0.01, maximum=10, knob=True, logarithmic=True, label="Pixel noise", help="Standard deviation."
    )
    activation: Literal["identity", "sigmoid"] = option(
        "identity", label="Mean", help="A sigmoid keeps the mean between 0 and 1; without one it may leave that range."
    )
    support: ClassVar[Support] = "real"

    def log_prob(self, target: Any, outputs: Any, weight: Any = None) -> Any:
        """-sum_i (x_i - mean_i)^2 / (2 scale^2) + log scale + 1/2 log 2 pi; [B, ...] -> [B] in nats."""
        mean = apply(self.activation, flatten(outputs))
        return sum_event(_log_normal(flatten(target), mean, self.scale), weight)

    def mean_layers(self, shape: Shape) -> tuple[Layer, ...]:
        """E[x|z]: what the decoder says, or its sigmoid."""
        return () if self.activation == "identity" else (Activation(self.activation),)


@dataclass(frozen=True)
class LearnedGaussian(Pixels):
    """Independent real pixels, each with a mean and a width from the decoder. Kingma & Welling 2014, App. C.2.

    Width = floor + softplus(output). Without the floor the density of a pixel that is always black has no bound, and
    a decoder that finds it out goes to infinity.
    """

    floor: float = number(
        0.05, minimum=0.001, maximum=1, knob=True, logarithmic=True, label="Least pixel noise",
        help="The standard deviation that no pixel falls below.",
    )
    support: ClassVar[Support] = "real"

    def output_shape(self, shape: Shape) -> Shape:
        """[..., C] -> [..., 2 C]: means, then widths."""
        return (*shape[:-1], 2 * shape[-1])

    def log_prob(self, target: Any, parameters: Any, weight: Any = None) -> Any:
        """[B, ..., C] and [B, ..., 2 C] -> [B] in nats."""
        mean, width = jnp.split(parameters, 2, axis=-1)
        deviation = self.floor + jax.nn.softplus(flatten(width))
        return sum_event(_log_normal(flatten(target), flatten(mean), deviation), weight)

    def mean_layers(self, shape: Shape) -> tuple[Layer, ...]:
        """E[x|z], the first half of the channels; may leave [0, 1]."""
        return (Take(shape[-1] // 2),)


@dataclass(frozen=True)
class OptimalGaussian(Pixels):
    """N(output, s^2) with the one s that makes a batch most likely, s^2 = mean (x - output)^2. Rybkin et al. 2021.

    This is their optimal sigma-VAE: the noise follows the reconstruction, and the weight of the KL needs no tuning.
    s is held fixed in the gradient, which changes nothing: at the optimum the derivative by s is 0. The density of an
    example depends on its batch, so figures are of batches, and a little better than with an s fixed beforehand.
    """

    floor: float = number(
        0.01, minimum=0.001, maximum=1, knob=True, logarithmic=True, label="Least pixel noise",
        help="The standard deviation never falls below it.",
    )
    support: ClassVar[Support] = "real"

    def log_prob(self, target: Any, mean: Any, weight: Any = None) -> Any:
        """[B, ...] -> [B] in nats; a weight counts in the choice of s too."""
        target, mean = flatten(target), flatten(mean)
        counts = jnp.ones_like(target) if weight is None else flatten(weight)
        square = (counts * (target - mean) ** 2).sum() / jnp.maximum(counts.sum(), 1e-6)
        deviation = jnp.maximum(jax.lax.stop_gradient(jnp.sqrt(square)), self.floor)
        return sum_event(_log_normal(target, mean, deviation), weight)

    def mean_layers(self, shape: Shape) -> tuple[Layer, ...]:
        """E[x|z] as it is; may leave [0, 1]."""
        return ()
