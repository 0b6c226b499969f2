"""Batches: which rows each step reads, and how stored pixels become the numbers that a model sees.

All of it is a function of a seed and a step, so a run can be resumed, repeated or looked into at any step.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from vaelab.data.permutations import permutation, random_words
from vaelab.data.threefry import threefry
from vaelab.errors import DataError
from vaelab.lazy import jax, jnp

_ONCE = 2**64 - 1  # The stream of `binarize_once`; the epochs are the others.


class Batch(NamedTuple):
    """What an objective compares: the input, what should come out, and the class where the model is told it."""

    seen: Any  # float32 [B, H, W, C] in [0, 1]
    target: Any  # float32 [B, H, W, C] in [0, 1]
    condition: Any = None  # int32 [B], the class that the model is told, or None


# --- rows ---------------------------------------------------------------------------------------------------


def steps_per_epoch(count: int, batch_size: int) -> int:
    """Whole batches in `count` examples; a batch larger than that is cut down to it."""
    if count < 1 or batch_size < 1:
        raise DataError(f"Batches need at least one example, but got {count} in batches of {batch_size}.")
    return count // min(batch_size, count)


def rows(count: int, batch_size: int, seed: int, first_step: int, steps: int) -> np.ndarray:
    """int32 [steps, min(batch_size, count)]: the examples that the steps from `first_step` on read.

    Each epoch is a permutation of its own, less the remainder that does not fill a batch. The result does not
    depend on how a run is cut into calls. `seed` is below 2^64.
    """
    per_epoch = steps_per_epoch(count, batch_size)
    numbers = np.arange(first_step, first_step + steps)
    table = np.empty((steps, min(batch_size, count)), np.int32)
    for epoch in np.unique(numbers // per_epoch):
        batches = _shuffled(count, seed, int(epoch))[: per_epoch * table.shape[1]].reshape(per_epoch, -1)
        here = numbers // per_epoch == epoch
        table[here] = batches[numbers[here] % per_epoch]
    return table


@lru_cache(maxsize=4)
def _shuffled(count: int, seed: int, epoch: int) -> np.ndarray:
    order = permutation(count, seed, epoch)
    order.setflags(write=False)
    return order


# --- pixels -------------------------------------------------------------------------------------------------


def binarize(pixels: Any, how: str, key: Any = None) -> Any:
    """uint8 [...] -> float32 [...]: in [0, 1] for "none", 0 or 1 for "threshold" and "dynamic".

    "dynamic" draws 1 with probability pixel / 255, exact to 2^-16; 0 and 255 are certain. It alone needs a
    key. Salakhutdinov & Murray 2008. Raises `DataError` for another word.
    """
    match how:
        case "none":
            return pixels.astype(jnp.float32) / 255
        case "threshold":
            return (pixels >= 128).astype(jnp.float32)
        case "dynamic":
            drawn = _ones(random_halves(pixels.shape, key), pixels, jnp.uint16)
            return jax.lax.optimization_barrier(drawn).astype(jnp.float32)  # Drawn once, read by several.
    raise DataError(f"There is no binarization {how!r}; choose none, threshold or dynamic.")


def binarize_once(images: np.ndarray, seed: int) -> np.ndarray:
    """uint8 [...] -> uint8 {0, 1} of the same shape, drawn once and for all with a seed below 2^64.

    For a test set: bounds on its likelihood can be compared only if it is the same in every evaluation. This
    one is the same on every machine.
    """
    words = random_words((images.size + 3) // 4, seed, _ONCE)
    random = words.astype("<u8").view("<u2")[: images.size].reshape(images.shape)
    return _ones(random, images, np.uint16).astype(np.uint8)


def _ones(random: Any, pixels: Any, uint16: Any) -> Any:
    """Whether each pixel v becomes 1, given a random number below 65,536.

    Of those, 257 v are below 257 v, and 255 * 257 = 65,535: the probability is v / 255 but for a factor of
    65,535 / 65,536. White must be told apart.
    """
    return (random < pixels.astype(uint16) * uint16(257)) | (pixels == 255)


def random_halves(shape: tuple[int, ...], key: Any) -> Any:
    """uint16 of the given shape, uniform: the lower halves of random words, then their upper halves.

    On a CPU the random bits are the cost of binarization. `jax.random.bernoulli` and `jax.random.bits` spend a word of
    32 bits on every pixel, whatever the number of bits asked for.
    """
    size = int(np.prod(shape))
    pair = jax.random.bits(key, (2,), jnp.uint32)  # A key for the generator itself, from a key of any kind.
    words = threefry((size + 1) // 2, pair)
    # A shift for each half, not a view of a word as two halves: that would not run in vectors.
    halves = words[None] >> jnp.asarray([[0], [16]], jnp.uint32)
    return halves.reshape(-1)[:size].reshape(shape).astype(jnp.uint16)
