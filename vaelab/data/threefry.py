"""The generator behind JAX's keys, written so that a processor runs it twice as fast, and its keys."""

from __future__ import annotations

from typing import Any

import numpy as np

from vaelab.lazy import jax, jnp

KIND = "threefry2x32"

_ROTATIONS = (13, 15, 26, 6), (17, 29, 16, 24)
_PARITY = 0x1BD11BDA


def key(seed: int) -> Any:
    """A key of JAX's: `jax.random.key(seed)` without the programs that this compiles at the start of every process.

    Of a seed the lower 32 bits count, as there.
    """
    return jax.random.wrap_key_data(jax.device_put(words(seed)), impl=KIND)


def words(seed: int) -> np.ndarray:
    """uint32 [2]: the numbers behind the key of a seed."""
    return np.array([0, seed % 2**32], np.uint32)


def threefry(count: int, pair: Any) -> Any:
    """uint32 [count], uniform, from a pair of words: bit for bit `jax.random.bits(wrap_key_data(pair), (count,))`.

    Threefry-2x32 with 20 rounds (Salmon et al. 2011), word i from counter i. JAX compiles it for a processor as a loop
    whose every four rounds read and write all words; written out, they are one pass.
    """
    keys = (*pair, pair[0] ^ pair[1] ^ jnp.uint32(_PARITY))
    left, right = jnp.full(count, keys[0]), jnp.arange(count, dtype=jnp.uint32) + keys[1]
    for group in range(5):
        for rotation in _ROTATIONS[group % 2]:
            left = left + right
            right = (right << rotation | right >> 32 - rotation) ^ left
        left = left + keys[(group + 1) % 3]
        right = right + keys[(group + 2) % 3] + jnp.uint32(group + 1)
    # Behind the barrier the words are computed once, not by each of those who read them.
    return jax.lax.optimization_barrier(left ^ right)
