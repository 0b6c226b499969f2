"""What every corruption promises, over all of them, and what Gaussian noise is."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from vaelab.data.corruptions import Corruption, GaussianNoise, NoCorruption
from vaelab.errors import RecipeError
from vaelab.spec import choices, convert, substitute, to_json

IMAGES = np.random.default_rng(0).random((6, 5, 4, 2), np.float32)
KEY = jax.random.key(0)
ALL = [pytest.param(kind(), id=kind.__name__) for kind in choices(Corruption)]


@pytest.mark.parametrize("corruption", ALL)
def test_shape_type_and_key(corruption):
    seen, weight, _ = corruption(jnp.asarray(IMAGES), KEY)
    assert seen.shape == IMAGES.shape and seen.dtype == jnp.float32
    assert weight is None or weight.shape == IMAGES.shape
    np.testing.assert_array_equal(seen, corruption(jnp.asarray(IMAGES), KEY).seen)
    assert convert(Corruption, to_json(corruption), "corruption") == corruption
    compiled = jax.jit(lambda x, key: corruption(x, key).seen)
    np.testing.assert_allclose(seen, compiled(IMAGES, KEY), atol=1e-6)


@pytest.mark.parametrize("corruption", [NoCorruption(), GaussianNoise(0.0)])
def test_nothing_is_changed_at_zero(corruption):
    np.testing.assert_array_equal(corruption(jnp.asarray(IMAGES), KEY).seen, IMAGES)


def test_noise_is_additive_gaussian_and_not_clipped():
    x = jnp.full((100, 50, 50, 1), 0.5)
    noise = np.asarray(GaussianNoise(0.3)(x, KEY).seen - x).ravel() / 0.3
    assert abs(noise.mean()) < 0.01 and noise.std() == pytest.approx(1, abs=0.01)
    assert (noise**4).mean() == pytest.approx(3, abs=0.05)  # A normal distribution's.
    black = np.asarray(GaussianNoise(0.3)(jnp.zeros_like(x), KEY).seen)
    assert (black < 0).mean() == pytest.approx(0.5, abs=0.01)


def test_another_key_gives_other_noise():
    first, second = (GaussianNoise(0.3)(jnp.asarray(IMAGES), jax.random.key(seed)).seen for seed in (0, 1))
    assert (first != second).all()


def test_the_scale_can_be_an_input_of_the_compiled_program():
    traces = []

    @jax.jit
    def corrupt(scale, x):
        traces.append(scale)
        return substitute(GaussianNoise(), {"scale": scale})(x, KEY).seen

    for scale in (0.0, 0.1, 0.7):
        np.testing.assert_allclose(corrupt(scale, IMAGES), GaussianNoise(scale)(IMAGES, KEY).seen, atol=1e-6)
    assert len(traces) == 1


@pytest.mark.parametrize("scale", [-0.1, 2.1, float("nan"), "much"])
def test_scale_out_of_range_is_refused(scale):
    with pytest.raises(RecipeError, match="GaussianNoise.scale must be"):
        GaussianNoise(scale)
