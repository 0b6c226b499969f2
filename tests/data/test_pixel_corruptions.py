"""Masks, salt and pepper, and blur: how much they hit, what becomes of it, and how it counts."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import ndimage

from vaelab.data.corruptions import BlockMask, Blur, PixelMask, SaltPepper
from vaelab.spec import substitute

GREY = jnp.asarray(np.random.default_rng(0).uniform(0.2, 0.8, (500, 12, 10, 3)).astype(np.float32))
KEY = jax.random.key(0)
NOTHING = [PixelMask(0.0), SaltPepper(0.0), BlockMask(0.0), Blur(0.0)]
EMPHASIZED = [PixelMask(0.3, 4.0), SaltPepper(0.3, 4.0), BlockMask(0.5, 4.0)]


@pytest.mark.parametrize("corruption", NOTHING, ids=str)
def test_nothing_is_changed_at_zero(corruption):
    np.testing.assert_array_equal(corruption(GREY, KEY).seen, GREY)


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_a_share_of_the_pixels_turns_black_in_all_channels(share):
    seen = np.asarray(PixelMask(share)(GREY, KEY).seen)
    hit = seen == 0
    assert (hit == hit[..., :1]).all()
    assert hit.mean() == pytest.approx(share, abs=0.01)
    np.testing.assert_array_equal(seen[~hit], np.asarray(GREY)[~hit])


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_salt_and_pepper_are_in_equal_parts(share):
    seen = np.asarray(SaltPepper(share)(GREY, KEY).seen)
    assert (seen == 0).mean() == pytest.approx(share / 2, abs=0.01)
    assert (seen == 1).mean() == pytest.approx(share / 2, abs=0.01)
    rest = (seen != 0) & (seen != 1)
    np.testing.assert_array_equal(seen[rest], np.asarray(GREY)[rest])


@pytest.mark.parametrize("size", [0.3, 0.5, 1.0])
def test_a_block_is_one_square_anywhere_inside(size):
    hit = np.asarray(BlockMask(size)(GREY, KEY).seen)[..., 0] == 0
    side = round(size * 10)
    starts = []
    for image in hit:
        rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
        assert image.sum() == side**2 == len(rows) * len(columns)
        assert np.ptp(rows) == np.ptp(columns) == side - 1
        starts.append((rows[0], columns[0]))
    # Every place where it fits is about as likely as any other.
    places = (12 - side + 1) * (10 - side + 1)
    counts = np.unique(starts, axis=0, return_counts=True)[1]
    assert len(counts) == places
    assert np.abs(counts - 500 / places).max() < 5 * np.sqrt(500 / places)


def test_a_block_of_a_sequence_is_an_interval():
    hit = np.asarray(BlockMask(0.25)(jnp.ones((50, 16, 2)), KEY).seen)[..., 0] == 0
    assert (hit.sum(axis=1) == 4).all()
    assert all(np.ptp(np.flatnonzero(row)) == 3 for row in hit)


@pytest.mark.parametrize("corruption", EMPHASIZED, ids=str)
def test_emphasis_weighs_what_was_hit(corruption):
    seen, weight, _ = corruption(GREY, KEY)
    np.testing.assert_array_equal(weight, np.where(seen != GREY, 4.0, 1.0))
    plain = corruption(GREY, KEY)._replace(weight=None)
    np.testing.assert_array_equal(plain.seen, type(corruption)(*_settings(corruption), 1.0)(GREY, KEY).seen)
    np.testing.assert_array_equal(type(corruption)(*_settings(corruption), 1.0)(GREY, KEY).weight, 1.0)


def _settings(corruption):
    return (corruption.size,) if isinstance(corruption, BlockMask) else (corruption.share,)


@pytest.mark.parametrize("scale", [0.4, 1.0, 2.5])
def test_blur_against_scipy_away_from_the_edges(scale):
    image = np.random.default_rng(1).random((2, 40, 44, 1)).astype(np.float32)
    wanted = ndimage.gaussian_filter(image, (0, scale, scale, 0), truncate=8)
    found = np.asarray(Blur(scale)(jnp.asarray(image), KEY).seen)
    inside = (slice(None), slice(16, -16), slice(16, -16))
    np.testing.assert_allclose(found[inside], wanted[inside], atol=1e-5)


def test_blur_keeps_an_even_grey_and_channels_apart():
    even = jnp.broadcast_to(jnp.asarray([0.1, 0.5, 0.9]), (2, 9, 7, 3))
    np.testing.assert_allclose(Blur(2.0)(even, KEY).seen, even, atol=1e-6)


def test_blur_of_a_sequence_is_along_time():
    x = jnp.zeros((1, 21, 2)).at[0, 10, 1].set(1.0)
    found = np.asarray(Blur(1.0)(x, KEY).seen)[0]
    np.testing.assert_array_equal(found[:, 0], 0)
    wanted = np.exp(-0.5 * (np.arange(21) - 10.0) ** 2)
    np.testing.assert_allclose(found[:, 1], wanted / wanted.sum(), atol=1e-4)


@pytest.mark.parametrize(
    ("corruption", "knob"), [(PixelMask(), "share"), (SaltPepper(), "share"), (BlockMask(), "size"), (Blur(), "scale")]
)
def test_strength_is_an_input_of_the_compiled_program(corruption, knob):
    traces = []

    @jax.jit
    def corrupt(value):
        traces.append(value)
        return substitute(corruption, {knob: value})(GREY[:5], KEY).seen

    for value in (0.0, 0.3, 0.7):
        np.testing.assert_allclose(corrupt(value), type(corruption)(value)(GREY[:5], KEY).seen, atol=1e-6)
    assert len(traces) == 1
