"""Shuffles that are the same on every machine and with every NumPy, and that need no state to resume."""

from __future__ import annotations

import numpy as np

from vaelab.errors import DataError

_LOW = np.uint64(0xFFFFFFFF)


def random_words(count: int, seed: int, stream: int) -> np.ndarray:
    """uint64 [count] from the Philox stream (seed, stream); seed and stream are below 2^64.

    NumPy promises the raw output of its bit generators, but not what `Generator.permutation` makes of it
    (NEP 19), hence raw words here. Philox is keyed: each pair has a stream of its own, with nothing to skip.
    Raises `DataError` for a seed out of range.
    """
    if not 0 <= seed < 2**64:
        raise DataError(f"A seed must be a whole number from 0 to 2^64 - 1, but got {seed!r}.")
    return np.random.Philox(key=np.array([seed, stream], np.uint64)).random_raw(count)


def permutation(count: int, seed: int, stream: int) -> np.ndarray:
    """int32 [count]: the numbers 0 .. count - 1 in an order given by (seed, stream)."""
    # Random bits above, the number itself below: sorting whole words is several times faster than an argsort.
    words = (random_words(count, seed, stream) & ~_LOW) | np.arange(count, dtype=np.uint64)
    words.sort()
    return (words & _LOW).astype(np.int32)
