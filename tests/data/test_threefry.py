"""Words written out are those of JAX's generator."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from vaelab.data.threefry import key, threefry


@pytest.mark.parametrize("count", [0, 1, 3, 1000])
@pytest.mark.parametrize("seed", [0, 1, 2**63 + 5])
def test_bit_for_bit_as_jax_draws_them(count, seed):
    pair = jnp.asarray([seed >> 32, seed & 0xFFFFFFFF], jnp.uint32)
    wanted = jax.random.bits(jax.random.wrap_key_data(pair), (count,), jnp.uint32)
    for function in (threefry, jax.jit(threefry, static_argnums=0)):
        np.testing.assert_array_equal(function(count, pair), wanted)


def test_every_lane_has_words_of_its_own():
    pairs = jnp.arange(6, dtype=jnp.uint32).reshape(3, 2)
    together = jax.vmap(lambda pair: threefry(10, pair))(pairs)
    np.testing.assert_array_equal(together, [threefry(10, pair) for pair in pairs])


@pytest.mark.parametrize("seed", [0, 1, 7, 2**31, 2**32 - 1, 2**32 + 5, 2**63 + 5, -1])
def test_a_key_is_that_of_jax(seed):
    lower = seed % 2**32  # JAX takes no larger seeds than its integers, of which it keeps these bits.
    np.testing.assert_array_equal(jax.random.key_data(key(seed)), jax.random.key_data(jax.random.key(lower)))
    assert key(seed).dtype == jax.random.key(0).dtype
