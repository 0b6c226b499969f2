"""The k-sparse waist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from vaelab.bottlenecks.codes import PointCode
from vaelab.bottlenecks.projections import expand_from, flatten_to
from vaelab.bottlenecks.waist import Waist
from vaelab.errors import RecipeError
from vaelab.nets.largest import Largest
from vaelab.nets.layers import Layer, Program, Shape
from vaelab.spec import number


@dataclass(frozen=True)
class TopK(Waist):
    """Of W features + b only the k largest numbers pass, the others are 0. Makhzani & Frey 2014, algorithm 1."""

    size: int = number(1000, minimum=1, maximum=8192, label="Latent size", help="Numbers in the code z.")
    active: int = number(25, minimum=1, maximum=8192, label="Active", help="Numbers of a code that are not 0 (k).")
    code: ClassVar[type] = PointCode
    elementwise: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.active > self.size:
            raise RecipeError(f"TopK keeps {self.active} numbers of a code of {self.size}; lower active or raise size.")

    def head(self, features: Shape) -> Program:
        """Features [T, F] -> [size]."""
        return flatten_to(features, self.size)

    def tail(self, features: Shape, classes: int) -> Program:
        """Code, and the class where there is one, [size + classes] -> features [T, F]."""
        return expand_from(self.size + classes, features)

    def read(self, statistics: Any, key: Any, sampling_scale: Any) -> PointCode:
        """[B, size] -> code; nothing is drawn."""
        return PointCode(Largest(self.active)(statistics, {}))

    def selection(self) -> tuple[Layer, ...]:
        """The largest."""
        return (Largest(self.active),)
