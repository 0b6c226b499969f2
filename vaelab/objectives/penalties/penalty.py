"""What every penalty says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from vaelab.architecture import Architecture
from vaelab.bottlenecks import GaussianCode, PointCode
from vaelab.spec import Spec


@dataclass(frozen=True)
class Term(Spec):
    """One equation; a subclass has a `weight` field, a `name` for the metrics, and the value before its weight."""

    name: ClassVar[str]
    reads: ClassVar[tuple[type, ...]] = (PointCode, GaussianCode)  # The codes that it is defined on.
    matches_prior: ClassVar[bool] = False  # Whether it draws the codes towards N(0, I), all of them together.
    weight: ClassVar[Any]

    def conflict(self, architecture: Architecture) -> str:
        """A sentence, if the model is not one that the equation is defined on."""
        return ""

    def __call__(self, model: Any, forward: Any, key: Any) -> Any:
        """[B] in nats per example, or a scalar where it is a matter of the whole batch."""
        raise NotImplementedError
