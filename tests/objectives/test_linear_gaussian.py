"""The reparameterized gradient against the closed form of probabilistic PCA (Tipping & Bishop 1999).

With p(x|z) = N(Wz + b, s^2 I) and q(z|x) = N(Vx + c, diag(d)), every expectation in the ELBO is known:
E|x - Wz - b|^2 = |x - W mean - b|^2 + sum_j d_j |W_j|^2. So its gradient is exact, and the average of many
reparameterized gradients must meet it.
"""

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from vaelab.bottlenecks import Gaussian
from vaelab.data import Data
from vaelab.data.batches import Batch
from vaelab.evaluation.bounds import bounds
from vaelab.nets import Dense
from vaelab.objectives import Additive, FixedGaussian, Moment
from vaelab.recipe import Recipe

SCALE, SIZE = 0.5, 3
RECIPE = Recipe(
    Data("digits", binarization="none"),
    Dense(hidden=()),
    Gaussian(SIZE),
    Additive(likelihood=FixedGaussian(SCALE)),
)


def closed_form(weights, x):
    """The negative ELBO of the linear-Gaussian model, averaged over examples, in nats."""
    statistics = x @ weights["head"] + weights["head_bias"][None]
    mean, logvar = statistics[:, :SIZE], statistics[:, SIZE:]
    residual = x - mean @ weights["tail"] - weights["tail_bias"][None]
    spread = jnp.exp(logvar) @ (weights["tail"] ** 2).sum(axis=1)
    expected = 0.5 * ((residual**2).sum(axis=1) + spread) / SCALE**2 + x.shape[1] / 2 * jnp.log(2 * jnp.pi * SCALE**2)
    divergence = 0.5 * (jnp.exp(logvar) + mean**2 - 1 - logvar).sum(axis=1)
    return (expected + divergence).mean()


def test_the_reparameterized_gradient_meets_the_closed_form(digits):
    model = RECIPE.build(seed=0)
    x = digits.train.images[:32].astype(np.float32) / 255
    graph, parameters = nnx.split(model)

    def loss(parameters, key):
        return RECIPE.objective(nnx.merge(graph, parameters), Batch(x, x), Moment(key, 0.0))[0]

    keys = jax.random.split(jax.random.key(0), 4000)
    gradients = jax.lax.map(lambda key: jax.grad(loss)(parameters, key), keys, batch_size=200)
    weights = {
        "head": model.head.layers["1"]["kernel"][...], "head_bias": model.head.layers["1"]["bias"][...],
        "tail": model.tail.layers["0"]["kernel"][...], "tail_bias": model.tail.layers["0"]["bias"][...],
    }
    exact = jax.grad(closed_form)({k: jnp.asarray(v) for k, v in weights.items()}, x.reshape(32, -1))
    head, tail = gradients["head"]["layers"]["1"], gradients["tail"]["layers"]["0"]
    drawn = {
        "head": head["kernel"][...], "head_bias": head["bias"][...],
        "tail": tail["kernel"][...], "tail_bias": tail["bias"][...],
    }
    for name, samples in drawn.items():
        error = np.asarray(samples.std(axis=0)) / np.sqrt(len(keys))
        distance = np.abs(np.asarray(samples.mean(axis=0) - exact[name]))
        # 4.5 standard errors: among some 900 numbers, one beyond that by chance is a matter of a percent.
        assert (distance <= 4.5 * error + 1e-4 * (1 + np.abs(np.asarray(exact[name])))).all(), name
        assert np.abs(np.asarray(exact[name])).max() > 0.01


def test_the_bound_is_the_likelihood_of_probabilistic_pca_at_its_optimum(digits):
    """At the maximum-likelihood W with the exact posterior, the ELBO equals log N(x; b, W W^T + s^2 I).

    The exact posterior's covariance is diagonal when W's columns are orthogonal, as PCA's are.
    """
    x = digits.train.images.reshape(len(digits.train.images), -1).astype(np.float64) / 255
    center = x.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(x.T, bias=True))
    values, vectors = values[::-1][:SIZE], vectors[:, ::-1][:, :SIZE]
    weights = vectors * np.sqrt(values - SCALE**2)  # Tipping & Bishop 1999, eq. 7
    inverse = 1 / (values - SCALE**2 + SCALE**2)  # diag(M^-1), M = W^T W + s^2 I
    project = weights * inverse[None]
    model = RECIPE.build(seed=0)
    head, tail = model.head.layers["1"], model.tail.layers["0"]
    spread = np.log(SCALE**2 * inverse)
    head["kernel"][...] = jnp.asarray(np.concatenate([project, np.zeros_like(project)], axis=1), jnp.float32)
    head["bias"][...] = jnp.asarray(np.concatenate([-center @ project, spread]), jnp.float32)
    tail["kernel"][...] = jnp.asarray(weights.T, jnp.float32)
    tail["bias"][...] = jnp.asarray(center, jnp.float32)

    covariance = weights @ weights.T + SCALE**2 * np.eye(64)
    centered = x - center
    exact = 0.5 * (
        np.einsum("ni,ij,nj->n", centered, np.linalg.inv(covariance), centered)
        + np.linalg.slogdet(covariance)[1] + 64 * np.log(2 * np.pi)
    )
    targets = (x.reshape(-1, 8, 8, 1)).astype(np.float32)
    estimates = [bounds(model, FixedGaussian(SCALE), targets, seed=seed).negative_elbo for seed in range(20)]
    assert abs(np.mean(estimates) - exact.mean()) < 4 * np.std(estimates) / np.sqrt(20) + 1e-3
