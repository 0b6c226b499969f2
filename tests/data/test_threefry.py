"""Words written out are those of JAX's generator."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from vaelab.data.threefry import threefry


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
