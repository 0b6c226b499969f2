"""The deterministic waist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from vaelab.bottlenecks.codes import PointCode
from vaelab.bottlenecks.projections import expand_from, flatten_to
from vaelab.bottlenecks.waist import Waist
from vaelab.nets.layers import Activation, Function, Program, Shape
from vaelab.spec import number, option


@dataclass(frozen=True)
class Point(Waist):
    """z = f(W features + b): one point per input, and no prior to sample from."""

    size: int = number(2, minimum=1, maximum=8192, label="Latent size", help="Numbers in the code z.")
    activation: Function = option(
        "identity", label="Code activation", help="Of the code itself; 'sigmoid' makes it a layer of classical units."
    )
    code: ClassVar[type] = PointCode
    elementwise: ClassVar[bool] = True

    def head(self, features: Shape) -> Program:
        """Features [T, F] -> [size]."""
        then = () if self.activation == "identity" else (Activation(self.activation),)
        return flatten_to(features, self.size, *then)

    def tail(self, features: Shape, classes: int) -> Program:
        """Code, and the class where there is one, [size + classes] -> features [T, F]."""
        return expand_from(self.size + classes, features)

    def read(self, statistics: Any, key: Any, sampling_scale: Any) -> PointCode:
        """[B, size] -> code; nothing is drawn."""
        return PointCode(statistics)
