"""What a bottleneck yields: a code `z [B, size]`, with what is known of how it was drawn."""

from typing import Any, NamedTuple


class PointCode(NamedTuple):
    """A code without uncertainty."""

    z: Any  # [B, size]

    @property
    def mean(self) -> Any:
        """The code itself."""
        return self.z


class GaussianCode(NamedTuple):
    """A draw from the posterior q(z|x) = N(mean, diag(exp(logvar)))."""

    z: Any  # [B, size]
    mean: Any  # [B, size]
    logvar: Any  # [B, size]
