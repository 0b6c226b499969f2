"""What the corruptions hide that take whole patches, or the end, and how they weigh it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from vaelab.data.corruptions import Continuation, PatchMask
from vaelab.errors import RecipeError

KEY = jax.random.key(3)
IMAGES = np.random.default_rng(0).uniform(0.1, 1, (50, 7, 10, 2)).astype(np.float32)  # No pixel is 0.


def patch_numbers(size):
    """For each pixel of `IMAGES`, which patch it is in."""
    row, column = np.mgrid[:7, :10] // size
    return row * (column.max() + 1) + column


@pytest.mark.parametrize(
    ("size", "share", "count", "shown"), [(3, 0.75, 12, 3), (3, 0.0, 12, 11), (3, 1.0, 12, 1), (4, 0.5, 6, 3)]
)
def test_the_visible_patches_are_those_that_are_not_black(size, share, count, shown):
    view = PatchMask(size, share)(jnp.asarray(IMAGES), KEY)
    visible = np.asarray(view.visible)
    assert visible.shape == (50, shown) and visible.dtype == np.int32
    assert (np.diff(visible, axis=1) > 0).all() and visible.min() == 0 and visible.max() == count - 1
    for image, seen, own in zip(IMAGES, np.asarray(view.seen), visible, strict=True):
        kept = np.isin(patch_numbers(size), own)[..., None]
        np.testing.assert_array_equal(seen, np.where(kept, image, 0))


def test_every_patch_is_hidden_as_often_as_any_other():
    x = jnp.ones((8000, 7, 10, 1))
    visible = np.asarray(PatchMask(3, 0.75)(x, KEY).visible)
    frequencies = np.bincount(visible.ravel(), minlength=12) / 8000
    np.testing.assert_allclose(frequencies, 0.25, atol=5 * np.sqrt(0.25 * 0.75 / 8000))
    together = ((visible == 0).any(axis=1) & (visible == 1).any(axis=1)).mean()
    assert together == pytest.approx(3 / 12 * 2 / 11, abs=0.01)  # Without replacement.


@pytest.mark.parametrize("corruption", [PatchMask(3), PatchMask(4, 0.5), Continuation(), Continuation(0.2)])
def test_hidden_pixels_alone_count_and_their_weights_have_a_mean_of_one(corruption):
    view = corruption(jnp.asarray(IMAGES), KEY)
    weight = np.asarray(view.weight)
    np.testing.assert_array_equal(weight > 0, np.asarray(view.seen) == 0)
    np.testing.assert_allclose(weight.mean(axis=(1, 2, 3)), 1, rtol=1e-5)
    assert all(len(np.unique(example)) == 2 for example in weight)
    assert type(corruption)(**{**vars(corruption), "score": "all"})(jnp.asarray(IMAGES), KEY).weight is None


@pytest.mark.parametrize(("share", "hidden"), [(0.5, 4), (0.3, 2), (0.0, 1), (1.0, 6)])
@pytest.mark.parametrize("shape", [(50, 7, 2), (50, 7, 10, 2)])
def test_the_end_is_hidden(share, hidden, shape):
    x = IMAGES.reshape(shape) if len(shape) == 4 else IMAGES[:, :, 0]
    seen = np.asarray(Continuation(share)(jnp.asarray(x), KEY).seen)
    np.testing.assert_array_equal(seen[:, : 7 - hidden], x[:, : 7 - hidden])
    assert (seen[:, 7 - hidden :] == 0).all()


@pytest.mark.parametrize("settings", [{"size": 0}, {"share": 1.1}, {"score": "visible"}])
def test_settings_out_of_range_are_refused(settings):
    with pytest.raises(RecipeError, match="PatchMask"):
        PatchMask(**settings)
