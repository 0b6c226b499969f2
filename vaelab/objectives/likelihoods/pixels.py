"""What every likelihood says of itself, and sums over the event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from vaelab.nets.layers import Layer, Shape
from vaelab.spec import Spec

Support = Literal["binary", "unit", "real"]  # Where a density lives: 0 or 1; between 0 and 1; on the whole line.


def flatten(values: Any) -> Any:
    """[B, ...] -> [B, D]. A last axis of one grey channel would keep the compiler from vectorizing: a third slower."""
    return values.reshape(values.shape[0], -1)


def sum_event(values: Any, weight: Any = None) -> Any:
    """[B, ...] -> [B]; a weight of as many entries says how much each counts."""
    return (flatten(values) if weight is None else flatten(values) * flatten(weight)).sum(axis=-1)


@dataclass(frozen=True)
class Pixels(Spec):
    """What every likelihood of independent pixels says of itself, besides `output_shape` and `log_prob`."""

    support: ClassVar[Support]

    def output_shape(self, shape: Shape) -> Shape:
        """The decoder's outputs for data of a shape; one per pixel unless the likelihood needs more."""
        return shape

    def log_prob(self, target: Any, parameters: Any, weight: Any = None) -> Any:
        """[B, ...] and [B, *output_shape] -> [B] in nats."""
        raise NotImplementedError

    def mean_layers(self, shape: Shape) -> tuple[Layer, ...]:
        """The layers from the decoder's outputs to E[x|z]: for JAX and for the browser."""
        raise NotImplementedError

    def mean(self, parameters: Any) -> Any:
        """E[x|z]: [B, *output_shape] -> [B, ...]."""
        for layer in self.mean_layers(parameters.shape[1:]):
            parameters = layer(parameters, {})
        return parameters
