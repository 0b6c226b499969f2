"""What every bottleneck may do besides its projections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from vaelab.nets.layers import Layer
from vaelab.spec import Spec


@dataclass(frozen=True)
class Waist(Spec):
    """A bottleneck: `head`, `tail`, `read`, and what it learns beside the gradient."""

    has_prior: ClassVar[bool] = False  # Whether codes are trained to follow N(0, I).
    elementwise: ClassVar[bool] = False  # Whether each number of the mean reads one statistic, and no other does.
    density: ClassVar[str] = "normal"  # What codes to decode are drawn from unless something else is asked for.

    def selection(self) -> tuple[Layer, ...]:
        """What the statistics pass on their way to a code that is not drawn, for who runs programs only.

        Nothing: they are the code, or its means and log-variances.
        """
        return ()

    def settle(self, tail: Any, code: Any, key: Any) -> None:
        """After a step's update: change what the tail (a `Stack`) holds in place, from the codes of the batch.

        Nothing happens here: all is learnt by gradient.
        """

    def codebook(self, tail: Any) -> Any:
        """The rows [K, dimension] that the tail knows, or None where codes are no choice of rows."""
        return None
