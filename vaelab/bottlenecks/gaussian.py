"""The variational waist with the reparameterization trick."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from vaelab.bottlenecks.codes import GaussianCode
from vaelab.bottlenecks.projections import expand_from, flatten_to
from vaelab.bottlenecks.waist import Waist
from vaelab.lazy import jax, jnp
from vaelab.nets.layers import Program, Shape
from vaelab.spec import number


@dataclass(frozen=True)
class Gaussian(Waist):
    """q(z|x) = N(mean, diag(exp(logvar))) under the prior N(0, I). Kingma & Welling 2014, eq. 9."""

    size: int = number(2, minimum=1, maximum=1024, label="Latent size", help="Numbers in the code z.")
    code: ClassVar[type] = GaussianCode
    has_prior: ClassVar[bool] = True
    elementwise: ClassVar[bool] = True

    def head(self, features: Shape) -> Program:
        """Features [T, F] -> [2 size]: mean and logvar from one matrix product."""
        return flatten_to(features, 2 * self.size)

    def tail(self, features: Shape, classes: int) -> Program:
        """Code, and the class where there is one, [size + classes] -> features [T, F]."""
        return expand_from(self.size + classes, features)

    def read(self, statistics: Any, key: Any, sampling_scale: Any) -> GaussianCode:
        """[B, 2 size] -> code; `key=None` means z = mean.

        z = mean + sampling_scale * exp(logvar / 2) * noise, noise ~ N(0, I); a sampling scale of 0 makes the waist
        deterministic without changing a weight.
        """
        mean, logvar = jnp.split(statistics, 2, axis=-1)
        if key is None:
            return GaussianCode(mean, mean, logvar)
        noise = jax.random.normal(key, mean.shape)
        return GaussianCode(mean + sampling_scale * jnp.exp(0.5 * logvar) * noise, mean, logvar)
