"""A code per position: the waist of masked autoencoders."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from vaelab.bottlenecks.codes import PointCode
from vaelab.bottlenecks.waist import Waist
from vaelab.errors import RecipeError
from vaelab.nets.layers import Linear, Program, Shape
from vaelab.nets.rearranging import Reshape
from vaelab.spec import number


@dataclass(frozen=True)
class Tokens(Waist):
    """z = W features + b at each position by itself: the width of a patch's code is all that limits it.

    What lies between encoder and decoder in He et al. 2022, sec. 3.
    """

    size: int = number(16, minimum=1, maximum=1024, label="Token size", help="Numbers in the code of each position.")
    code: ClassVar[type] = PointCode

    def head(self, features: Shape) -> Program:
        """Features [T, F] -> [T size]."""
        return Program(features, (Linear(features[-1], self.size), Reshape((prod(features[:-1]) * self.size,))))

    def tail(self, features: Shape, classes: int) -> Program:
        """Code [T size] -> features [T, F]."""
        if classes:
            raise RecipeError(
                "A code of tokens has no place for a class; set data.condition to 'none', or choose the bottleneck "
                "Gaussian, Point or TopK."
            )
        positions = prod(features[:-1])
        layers = (Reshape((positions, self.size)), Linear(self.size, features[-1]))
        return Program((positions * self.size,), layers)

    def read(self, statistics: Any, key: Any, sampling_scale: Any) -> PointCode:
        """[B, T size] -> code; nothing is drawn."""
        return PointCode(statistics)
