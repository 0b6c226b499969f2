"""The importance-weighted bound: its value by brute force, its gradients by their means and variances."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from scipy import stats
from scipy.special import logsumexp

from vaelab.bottlenecks import Gaussian
from vaelab.data import Data
from vaelab.data.batches import Batch
from vaelab.nets import Dense
from vaelab.objectives import Additive, FixedGaussian, ImportanceWeighted, Moment
from vaelab.recipe import Recipe

NOISE = FixedGaussian(0.5)
RECIPE = Recipe(Data("digits", "none"), Dense((8,), "tanh"), Gaussian(2), Additive(likelihood=NOISE))
LABELS = np.array([0, 3, 3, 9])
DOUBLY = "doubly reparameterized"


@pytest.fixture(scope="module")
def pair(digits):
    """A trained model, so that its posteriors are no prior, and a batch of four images of 64 pixels."""
    last = list(RECIPE.train(dataset=digits))[-1]
    x = digits.train.images[:4].astype(np.float32) / 255
    return RECIPE.restore(last.state), Batch(x, x, LABELS)


def bound(samples, gradient="reparameterized"):
    return ImportanceWeighted(likelihood=NOISE, samples=samples, gradient=gradient)


def gradients(pair, objective, keys):
    """[keys, parameters]: gradients of the loss, with those of the encoder's half first, and how many these are."""
    model, batch = pair
    graph, parameters = nnx.split(model)

    def one(key):
        found = jax.grad(lambda p: objective(nnx.merge(graph, p), batch, Moment(key, 0.0))[0])(parameters)
        flat = {"/".join(map(str, path)): leaf[...] for path, leaf in nnx.to_flat_state(found)}
        encoder = [leaf.ravel() for name, leaf in flat.items() if name.startswith(("encoder", "head"))]
        decoder = [leaf.ravel() for name, leaf in flat.items() if name.startswith(("tail", "decoder"))]
        return jnp.concatenate(encoder), jnp.concatenate(decoder)

    encoder, decoder = jax.jit(lambda keys: jax.lax.map(one, keys, batch_size=50))(keys)
    return np.asarray(encoder, np.float64), np.asarray(decoder, np.float64)


def losses(pair, objective, keys):
    model, batch = pair

    def one(key):
        return objective(model, batch, Moment(key, 0.0))[0]

    return np.asarray(jax.jit(lambda keys: jax.lax.map(one, keys, batch_size=100))(keys), np.float64)


@pytest.mark.parametrize("gradient", ["reparameterized", DOUBLY])
def test_the_value_is_the_log_of_the_mean_weight(pair, gradient):
    model, batch = pair
    key, samples = jax.random.key(5), 7
    _, (metrics, code) = bound(samples, gradient)(model, batch, Moment(key, 0.0))
    mean, deviation = np.asarray(code.mean, np.float64), np.asarray(code.deviation, np.float64)
    noise = np.asarray(jax.random.normal(key, (samples, 4, 2)))
    found = []
    for example in range(4):
        weights = []
        for draw in range(samples):
            z = mean[example] + deviation[example] * noise[draw, example]
            image = np.asarray(model.decode(z[None].astype(np.float32)))[0]
            weights.append(
                stats.norm.logpdf(batch.target[example], image, 0.5).sum()
                + stats.norm.logpdf(z).sum() - stats.norm.logpdf(z, mean[example], deviation[example]).sum()
            )
        found.append(logsumexp(weights) - np.log(samples))
    assert float(metrics["loss"]) == pytest.approx(-np.mean(found), rel=1e-4)


def test_one_sample_is_the_negative_elbo_on_average(pair):
    keys = jax.random.split(jax.random.key(0), 4000)
    elbo, single = losses(pair, Additive(likelihood=NOISE), keys), losses(pair, bound(1), keys)
    error = np.hypot(elbo.std(), single.std()) / np.sqrt(len(keys))
    assert abs(elbo.mean() - single.mean()) < 4 * error


def test_the_bound_rises_with_the_samples(pair):
    keys = jax.random.split(jax.random.key(0), 500)
    found = [losses(pair, bound(samples), keys) for samples in (1, 5, 50)]
    for looser, tighter in zip(found[:-1], found[1:], strict=True):
        error = np.hypot(looser.std(), tighter.std()) / np.sqrt(len(keys))
        assert looser.mean() - tighter.mean() > 3 * error


@pytest.mark.parametrize("samples", [1, 6])
def test_both_gradients_have_the_same_mean(pair, samples):
    first, second = jax.random.split(jax.random.key(2))
    plain = gradients(pair, bound(samples), jax.random.split(first, 3000))
    doubly = gradients(pair, bound(samples, DOUBLY), jax.random.split(second, 3000))
    for part, (a, b) in {"encoder": (plain[0], doubly[0]), "decoder": (plain[1], doubly[1])}.items():
        error = np.sqrt((a.var(axis=0) + b.var(axis=0)) / 3000)
        distance = np.abs(a.mean(axis=0) - b.mean(axis=0))
        assert (distance <= 5 * error + 1e-4).all(), part  # 5 standard errors: of 1,000 numbers none by chance.
        assert np.abs(a.mean(axis=0)).max() > 5 * error.max(), part  # And that mean is no noise.


def test_the_decoders_gradient_is_the_same_number_and_the_encoders_varies_less(pair):
    keys = jax.random.split(jax.random.key(3), 300)
    plain, doubly = gradients(pair, bound(50), keys), gradients(pair, bound(50, DOUBLY), keys)
    np.testing.assert_allclose(plain[1], doubly[1], rtol=1e-3, atol=1e-3 * np.abs(plain[1]).max())
    assert doubly[0].var(axis=0).sum() < 0.5 * plain[0].var(axis=0).sum()


def test_a_condition_reaches_every_sample(digits):
    recipe = Recipe(Data("digits", "none", "class"), Dense((8,)), Gaussian(2), bound(3))
    model, x = recipe.build(seed=0), digits.train.images[:4].astype(np.float32) / 255
    key = jax.random.key(1)
    together = recipe.objective(model, Batch(x, x, LABELS), Moment(key, 0.0))[0]
    other = recipe.objective(model, Batch(x, x, LABELS[::-1].copy()), Moment(key, 0.0))[0]
    assert float(together) != pytest.approx(float(other), abs=1e-4)
