"""Rows and pixels of a batch: every example once per epoch, resumable anywhere, exact grey levels."""

import itertools

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaelab.data import batches
from vaelab.data.batches import binarize, binarize_once, rows, steps_per_epoch
from vaelab.data.permutations import permutation
from vaelab.errors import DataError


@given(st.integers(1, 40), st.integers(1, 50), st.integers(0, 2**64 - 1), st.integers(1, 4))
def test_an_epoch_is_a_permutation_less_its_remainder(count, batch, seed, epochs):
    per_epoch = steps_per_epoch(count, batch)
    size = min(batch, count)
    assert per_epoch == count // size
    table = rows(count, batch, seed, 0, epochs * per_epoch)
    assert table.shape == (epochs * per_epoch, size) and table.dtype == np.int32
    for epoch in table.reshape(epochs, -1):
        assert len(np.unique(epoch)) == per_epoch * size
        assert 0 <= epoch.min() and epoch.max() < count


@given(st.integers(1, 30), st.integers(1, 10), st.integers(0, 10**12), st.lists(st.integers(0, 9)))
def test_any_cut_of_a_run_gives_the_same_rows(count, batch, first, cuts):
    whole = rows(count, batch, 3, first, sum(cuts))
    starts = itertools.accumulate(cuts, initial=first)
    parts = [rows(count, batch, 3, start, steps) for start, steps in zip(starts, cuts, strict=False)]
    np.testing.assert_array_equal(whole, np.concatenate([rows(count, batch, 3, first, 0), *parts]))
    for offset, row in enumerate(whole):
        np.testing.assert_array_equal(rows(count, batch, 3, first + offset, 1)[0], row)


def test_epochs_and_seeds_differ():
    first, second = rows(1000, 100, 0, 0, 20).reshape(2, -1)
    other = rows(1000, 100, 1, 0, 10).ravel()
    for unlike in (second, other, np.arange(1000)):
        assert (first == unlike).sum() < 20


def test_all_examples_are_used_in_the_long_run():
    assert len(np.unique(rows(10, 4, 0, 0, 40))) == 10


def test_the_callers_table_is_its_own():
    rows(10, 5, 0, 0, 2)[:] = 0
    assert sorted(rows(10, 5, 0, 0, 2).ravel()) == list(range(10))


def test_every_order_is_equally_likely():
    orders = [tuple(permutation(4, seed, stream)) for seed in range(60) for stream in range(40)]
    counts = np.array([orders.count(order) for order in itertools.permutations(range(4))])
    assert ((counts - 100) ** 2 / 100).sum() < 50  # Chi-squared with 23 degrees of freedom: 49.7 is at 0.1 %.


def test_the_shuffle_is_fixed_for_ever():
    assert permutation(10, 1, 2).tolist() == [4, 2, 0, 6, 1, 5, 9, 8, 7, 3]
    assert permutation(10, 2**64 - 1, 2**64 - 1).tolist() == [6, 9, 8, 4, 5, 0, 1, 7, 3, 2]
    assert rows(10, 3, 1, 6, 3).tolist() == [[4, 2, 0], [6, 1, 5], [9, 8, 7]]


@pytest.mark.parametrize("count, batch", [(0, 1), (5, 0), (5, -1)])
def test_no_examples_are_refused(count, batch):
    with pytest.raises(DataError, match="at least one example"):
        rows(count, batch, 0, 0, 1)


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(DataError, match="seed must be a whole number"):
        rows(5, 5, seed, 0, 1)


# --- pixels -------------------------------------------------------------------------------------------------

GREYS = np.arange(256, dtype=np.uint8)


def test_the_probability_of_each_grey_is_exact():
    numbers = np.arange(65_536, dtype=np.uint16)
    share = np.array([batches._ones(numbers, np.full_like(numbers, v), np.uint16).mean() for v in GREYS])
    assert share[0] == 0 and share[255] == 1
    assert abs(share - GREYS / 255).max() <= 2**-16


def test_dynamic_draws_with_the_grey_as_probability():
    draws = 20_000
    pixels = np.tile(GREYS, (draws, 1))
    drawn = np.asarray(binarize(pixels, "dynamic", jax.random.key(0)))
    assert drawn.dtype == np.float32 and drawn.shape == pixels.shape and set(np.unique(drawn)) == {0.0, 1.0}
    probability = GREYS / 255
    assert drawn[:, 0].max() == 0 and drawn[:, 255].min() == 1
    inner = slice(1, 255)
    scale = np.sqrt(probability[inner] * (1 - probability[inner]) / draws)
    error = (drawn.mean(0)[inner] - probability[inner]) / scale
    assert abs(error).max() < 4 and abs(np.square(error).mean() - 1) < 0.3


def test_pixels_are_independent():
    drawn = np.asarray(binarize(np.full(400_000, 128, np.uint8), "dynamic", jax.random.key(1)))
    # Also those that come from the two halves of a word, and from the two words of a block.
    for apart in (1, 2, 3, 4, 200_000):
        for first in (0, 1):
            here, there = drawn[first::2], np.roll(drawn, apart)[first::2]
            assert abs(np.corrcoef(here, there)[0, 1]) < 0.01


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 5, 5, 1)])
def test_any_shape_and_the_same_key_give_the_same_draw(shape):
    pixels = np.full(shape, 128, np.uint8)
    once, again, compiled = (
        function(pixels, "dynamic", jax.random.key(5))
        for function in (binarize, binarize, jax.jit(binarize, static_argnums=1))
    )
    assert once.shape == shape
    np.testing.assert_array_equal(once, again)
    np.testing.assert_array_equal(once, compiled)


def test_another_key_gives_another_draw():
    pixels = np.full((1000,), 128, np.uint8)
    first, second = (np.asarray(binarize(pixels, "dynamic", jax.random.key(seed))) for seed in (0, 1))
    assert 0.4 < (first == second).mean() < 0.6


def test_the_other_binarizations_need_no_key():
    np.testing.assert_array_equal(binarize(GREYS, "threshold"), (GREYS > 127).astype(np.float32))
    np.testing.assert_allclose(binarize(GREYS, "none"), GREYS / 255, rtol=1e-6)
    assert binarize(GREYS, "none").dtype == binarize(GREYS, "threshold").dtype == np.float32
    with pytest.raises(DataError, match="'static'; choose none, threshold or dynamic"):
        binarize(GREYS, "static")


def test_binarize_once():
    images = np.tile(GREYS, (4000, 1))
    drawn = binarize_once(images, 0)
    assert drawn.dtype == np.uint8 and drawn.shape == images.shape and drawn.max() == 1
    assert drawn[:, 0].max() == 0 and drawn[:, 255].min() == 1
    assert abs(drawn.mean(0) - GREYS / 255).max() < 4 * 0.5 / np.sqrt(4000)
    np.testing.assert_array_equal(drawn, binarize_once(images, 0))
    assert (drawn != binarize_once(images, 1)).mean() > 0.2
    assert binarize_once(np.full((3, 1, 1), 128, np.uint8), 0).shape == (3, 1, 1)


def test_binarized_once_for_ever():
    drawn = binarize_once(np.full(32, 128, np.uint8), 7)
    assert "".join(map(str, drawn)) == "11010111001010101011010011001110"
