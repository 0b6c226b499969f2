"""A distance between the codes of a batch and draws from the prior."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from vaelab.lazy import jax, jnp
from vaelab.objectives.penalties.penalty import Term
from vaelab.spec import number, option

Kernel = Literal["inverse multiquadric", "gaussian"]
SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)  # Of the expected squared distance of two draws from the prior.


@dataclass(frozen=True)
class MaximumMeanDiscrepancy(Term):
    """MMD_k^2(q(z), N(0, I)), the unbiased estimate. Tolstikhin et al. 2018, algorithm 2; Zhao et al. 2019.

    With a Point bottleneck it makes the deterministic Wasserstein autoencoder, with a Gaussian one the InfoVAE. The
    kernel is a sum over scales C = s * 2 size: C / (C + |z - y|^2), or exp(-|z - y|^2 / C). 2 size is the expected
    squared distance of two draws from the prior. The estimate is 0 on average where the codes follow the prior, and
    so below 0 half of the time.
    """

    weight: float = number(
        100.0, minimum=0, maximum=10_000, knob=True, logarithmic=True, label="Prior matching", help="Weight of the MMD."
    )
    kernel: Kernel = option(
        "inverse multiquadric", label="Kernel", help="The inverse multiquadric's long tails reach codes far away."
    )
    name: ClassVar[str] = "mmd"
    matches_prior: ClassVar[bool] = True

    def __call__(self, model: Any, forward: Any, key: Any) -> Any:
        """A scalar; its size is that of a probability, not of nats, so that weights are large."""
        z = forward.code.z
        prior = jax.random.normal(key, z.shape)
        return self._within(z) + self._within(prior) - 2 * self._similarity(z, prior).mean()

    def _within(self, points: Any) -> Any:
        """The mean similarity of different points."""
        count = len(points)
        similarity = self._similarity(points, points)
        return (similarity.sum() - jnp.trace(similarity)) / max(count * (count - 1), 1)

    def _similarity(self, first: Any, second: Any) -> Any:
        """[n, size], [m, size] -> [n, m]."""
        squares = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)[None] - 2 * first @ second.T
        widths = [scale * 2 * first.shape[1] for scale in SCALES]
        # Rounding can leave a squared distance just below 0.
        distance = jnp.maximum(squares, 0.0)
        if self.kernel == "gaussian":
            return sum((jnp.exp(-distance / width) for width in widths), jnp.zeros_like(distance))
        return sum((width / (width + distance) for width in widths), jnp.zeros_like(distance))
