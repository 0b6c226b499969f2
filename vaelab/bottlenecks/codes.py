"""What a bottleneck yields: a code `z [B, size]`, with what is known of how it was drawn."""

from typing import Any, NamedTuple

from vaelab.lazy import jnp


class PointCode(NamedTuple):
    """A code without uncertainty."""

    z: Any  # [B, size]

    @property
    def mean(self) -> Any:
        """The code itself."""
        return self.z

    @property
    def deviation(self) -> Any:
        """[B, size] of zeros."""
        return jnp.zeros_like(self.z)


class QuantizedCode(NamedTuple):
    """The vectors of all positions, one after another, before each gives way to its row of the codebook."""

    z: Any  # [B, positions * dimension]

    @property
    def mean(self) -> Any:
        """The code itself."""
        return self.z

    @property
    def deviation(self) -> Any:
        """[B, size] of zeros."""
        return jnp.zeros_like(self.z)


class GaussianCode(NamedTuple):
    """A draw from the posterior q(z|x) = N(mean, diag(exp(logvar)))."""

    z: Any  # [B, size]
    mean: Any  # [B, size]
    logvar: Any  # [B, size]

    @property
    def deviation(self) -> Any:
        """Standard deviations of the posterior, [B, size]."""
        return jnp.exp(0.5 * self.logvar)
