"""The importance-weighted bound, with the plain gradient and the doubly reparameterized one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from vaelab.bottlenecks import GaussianCode
from vaelab.data.batches import Batch
from vaelab.data.corruptions import NoCorruption
from vaelab.lazy import jax, jnp, nnx
from vaelab.objectives.likelihoods import Bernoulli, Likelihood
from vaelab.objectives.moment import Moment, Result
from vaelab.objectives.penalties import gaussian_kl
from vaelab.spec import Spec, number, option

Gradient = Literal["reparameterized", "doubly reparameterized"]


@dataclass(frozen=True)
class ImportanceWeighted(Spec):
    """-log 1/k sum_i w_i, w_i = p(x|z_i) p(z_i) / q(z_i|x), z_i ~ q(z|x). Burda et al. 2016, eq. 8.

    With one sample it is the negative ELBO with its KL estimated by the sample. The doubly reparameterized gradient
    (Tucker et al. 2019, eq. 8) has the same mean and, for the encoder, a variance that falls as samples are added.
    """

    likelihood: Likelihood = option(Bernoulli(), label="Likelihood", help="What the decoder's outputs mean.")
    samples: int = number(5, minimum=1, maximum=100, label="Samples", help="Codes drawn per example (k).")
    gradient: Gradient = option("reparameterized", label="Gradient", help="How the encoder's gradient is estimated.")
    reads: ClassVar[tuple[type, ...]] = (GaussianCode,)
    corruption: ClassVar[NoCorruption] = NoCorruption()
    penalties: ClassVar[tuple[()]] = ()

    def __call__(self, model: Any, batch: Batch, moment: Moment) -> tuple[Any, Result]:
        """The negative bound and its parts in nats per example; every example is repeated for its samples."""
        code = model.encode(batch.seen, batch.condition)
        noise = jax.random.normal(moment.key, (self.samples, *code.mean.shape))
        z = code.mean[None] + code.deviation[None] * noise
        fixed = jax.lax.stop_gradient(code)
        doubly = self.gradient == "doubly reparameterized"
        likelihood, weights = self._log_weights(model, batch, z, fixed if doubly else code)
        bound = jnp.log(self.samples) - jax.nn.logsumexp(weights, axis=0).mean()
        loss = bound
        if doubly:
            # Two paths with gradients of their own: to the decoder with each sample's share, and through z to the
            # encoder with its square. The compiler finds that both compute the same numbers forward.
            share = jax.lax.stop_gradient(jax.nn.softmax(weights, axis=0))
            graph, parameters = nnx.split(model)
            frozen = nnx.merge(graph, jax.lax.stop_gradient(parameters))
            _, decoder_path = self._log_weights(model, batch, jax.lax.stop_gradient(z), fixed)
            _, encoder_path = self._log_weights(frozen, batch, z, fixed)
            loss = -(share * decoder_path + share**2 * encoder_path).sum(axis=0).mean()
        kl = gaussian_kl(code.mean, code.logvar).sum(axis=-1).mean()
        metrics = {"loss": bound, "reconstruction": -likelihood.mean(), "kl": kl}
        return loss, Result(jax.lax.stop_gradient(metrics), code)

    def _log_weights(self, model: Any, batch: Batch, z: Any, code: Any) -> tuple[Any, Any]:
        """log p(x|z), and with + log p(z) - log q(z|x), each [k, B], by the posterior of `code`."""
        condition = None if batch.condition is None else jnp.tile(batch.condition, self.samples)
        target = jnp.tile(batch.target, (self.samples, *(1,) * (batch.target.ndim - 1)))
        decoded = model.decode(z.reshape(-1, z.shape[-1]), condition)
        likelihood = self.likelihood.log_prob(target, decoded).reshape(self.samples, -1)
        # The normalizers 1/2 log 2 pi of prior and posterior cancel.
        standardized = (z - code.mean[None]) / code.deviation[None]
        return likelihood, likelihood - 0.5 * (z**2 - standardized**2 - code.logvar[None]).sum(axis=-1)
