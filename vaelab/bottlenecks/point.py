"""The deterministic waist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from vaelab.bottlenecks.codes import PointCode
from vaelab.bottlenecks.projections import expand_from, flatten_to
from vaelab.nets.layers import Program, Shape
from vaelab.spec import Spec, number


@dataclass(frozen=True)
class Point(Spec):
    """z = W features + b: one point per input, and no prior to sample from."""

    size: int = number(2, minimum=1, maximum=1024, label="Latent size", help="Numbers in the code z.")
    code: ClassVar[type] = PointCode

    def head(self, features: Shape) -> Program:
        """Features [T, F] -> [size]."""
        return flatten_to(features, self.size)

    def tail(self, features: Shape) -> Program:
        """Code [size] -> features [T, F]."""
        return expand_from(self.size, features)

    def read(self, statistics: Any, key: Any, sampling_scale: Any) -> PointCode:
        """[B, size] -> code; nothing is drawn."""
        return PointCode(statistics)
