"""Bounds on log p(x), in nats per example: the ELBO and its parts, and the importance-sampled likelihood.

Sums run over pixels and latents, means over examples, never the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import logsumexp

from vaelab.architecture import Architecture
from vaelab.latent import in_batches
from vaelab.model import Autoencoder, assembled
from vaelab.objectives import Likelihood
from vaelab.objectives.likelihoods import sum_event
from vaelab.objectives.penalties import gaussian_kl

ACTIVE = 0.01  # Burda et al. 2016, section 5: a unit is active where Var_x(E[z|x]) exceeds this.
ROWS = 4096  # Decoded at once while importance sampling: bounds memory whatever the number of samples.


class Bounds(NamedTuple):
    """Per-example terms on a set of examples; the KL terms are None where the code is a point."""

    reconstruction: np.ndarray  # [N] -log p(x|z), z drawn once from q(z|x), or the point code
    kl: np.ndarray | None  # [N, size] KL(q(z|x) || p(z)) per dimension
    means: np.ndarray  # [N, size] posterior means
    squared_error: np.ndarray  # [N] |x - E[x|z]|^2 at the posterior mean

    @property
    def negative_elbo(self) -> float | None:
        """mean_x( -log p(x|z) + KL ), eq. 7 of Kingma & Welling 2014."""
        return None if self.kl is None else float((self.reconstruction + self.kl.sum(axis=1)).mean())

    @property
    def active_units(self) -> int:
        """Latent dimensions whose posterior mean varies with x (variance above 0.01)."""
        return int((self.means.var(axis=0) > ACTIVE).sum())

    @property
    def information(self) -> np.ndarray:
        """[size]: nats per dimension (KL); for a point code, the variance of each number."""
        return self.means.var(axis=0) if self.kl is None else self.kl.mean(axis=0)


def bounds(
    model: Autoencoder,
    likelihood: Likelihood,
    targets: np.ndarray,
    condition: np.ndarray | None = None,
    *,
    seed: int = 0,
) -> Bounds:
    """Evaluate each example [N, ...] with one draw from its posterior, by a key made of the seed.

    `condition` is the class of each example, int [N], for models that are told it.
    """
    arrays = model.arrays()
    keys = iter(jax.random.split(jax.random.key(seed), -(-len(targets) // 500)))
    told = np.zeros(len(targets), np.int32) if condition is None else np.asarray(condition, np.int32)
    pieces = in_batches(lambda x, c: _terms(model.architecture, likelihood, arrays, x, c, next(keys)), targets, told)
    reconstruction, kl, means, error = (np.concatenate(piece) for piece in zip(*pieces, strict=True))
    return Bounds(reconstruction, kl if kl.shape[1] else None, means, error)


@partial(jax.jit, static_argnames=("architecture", "likelihood"))
def _terms(
    architecture: Architecture, likelihood: Likelihood, arrays: Any, targets: Any, condition: Any, key: Any
) -> tuple[Any, ...]:
    targets = targets.astype(jnp.float32)
    model = assembled(architecture, arrays)
    code: Any = model.encode(targets, condition, key=key)
    reconstruction = -likelihood.log_prob(targets, model.decode(code.z, condition))
    error = sum_event((targets - likelihood.mean(model.decode(code.mean, condition))) ** 2)
    if model.bottleneck.has_prior:
        return reconstruction, gaussian_kl(code.mean, code.logvar), code.mean, error
    return reconstruction, jnp.zeros((len(targets), 0)), code.mean, error


def log_likelihoods(
    model: Autoencoder,
    likelihood: Likelihood,
    targets: np.ndarray,
    condition: np.ndarray | None = None,
    *,
    samples: int,
    seed: int = 0,
) -> Iterator[np.ndarray]:
    """Importance-sampled log p(x) of successive batches of examples, [n] each, in nats.

    log 1/k sum_i p(x|z_i) p(z_i) / q(z_i|x), z_i ~ q(z|x): a lower bound that tightens with k. Burda et al. 2016,
    eq. 8. Only for models with a Gaussian posterior. Concatenate the batches for all examples.
    """
    architecture, arrays = model.architecture, model.arrays()
    batch = max(1, min(100, ROWS // min(samples, ROWS)))
    drawn = min(samples, ROWS // batch)
    root = jax.random.key(seed)
    told = np.zeros(len(targets), np.int32) if condition is None else np.asarray(condition, np.int32)
    for number, start in enumerate(range(0, len(targets), batch)):
        batch_key = jax.random.fold_in(root, number)
        images = targets[start : start + batch]
        count = len(images)
        images = np.concatenate([images, np.repeat(images[:1], batch - count, axis=0)])
        classes = np.resize(told[start : start + batch], batch)
        keys = (jax.random.fold_in(batch_key, i) for i in range(-(-samples // drawn)))
        weights = np.concatenate(
            [np.asarray(_log_weights(architecture, likelihood, drawn, arrays, images, classes, key)) for key in keys]
        )[:samples]
        yield (logsumexp(weights, axis=0) - np.log(samples))[:count]


@partial(jax.jit, static_argnames=("architecture", "likelihood", "count"))
def _log_weights(
    architecture: Architecture, likelihood: Likelihood, count: int, arrays: Any, images: Any, condition: Any, key: Any
) -> Any:
    """log p(x, z) - log q(z|x) for `count` draws of z per example: [count, B]."""
    targets = images.astype(jnp.float32)
    model = assembled(architecture, arrays)
    code: Any = model.encode(targets, condition)
    noise = jax.random.normal(key, (count, *code.mean.shape))
    z = code.mean[None] + code.deviation[None] * noise
    decoded = model.decode(z.reshape(-1, z.shape[-1]), jnp.tile(condition, count))
    repeated = jnp.broadcast_to(targets[None], (count, *targets.shape)).reshape(-1, *targets.shape[1:])
    log_likelihood = likelihood.log_prob(repeated, decoded).reshape(count, -1)
    # log N(z; 0, I) - log N(z; mean, var): the normalizers cancel.
    log_ratio = -0.5 * (z**2 - noise**2 - code.logvar[None]).sum(axis=-1)
    return log_likelihood + log_ratio
