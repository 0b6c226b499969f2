"""The k-sparse waist against sorting, and its gradient."""

import jax
import numpy as np
import pytest

from vaelab.bottlenecks import TopK
from vaelab.errors import RecipeError


@pytest.mark.parametrize("active", [1, 4, 9])
def test_the_k_largest_pass_and_the_others_are_zero(random, active):
    statistics = random.normal(size=(20, 9)).astype(np.float32)
    wanted = np.zeros_like(statistics)
    for row, kept in zip(statistics, wanted, strict=True):
        for index in sorted(range(9), key=lambda index: -row[index])[:active]:
            kept[index] = row[index]
    np.testing.assert_array_equal(TopK(9, active).read(statistics, None, 1.0).z, wanted)


def test_the_gradient_passes_to_what_is_kept_and_to_nothing_else(random):
    statistics, slopes = random.normal(size=(2, 20, 9)).astype(np.float32)
    found = jax.grad(lambda x: (slopes * TopK(9, 4).read(x, None, 1.0).z).sum())(statistics)
    kept = np.argsort(np.argsort(-statistics, axis=1), axis=1) < 4
    np.testing.assert_array_equal(found, np.where(kept, slopes, 0))


def test_more_active_numbers_than_there_are_is_refused():
    with pytest.raises(RecipeError, match="keeps 10 numbers of a code of 9"):
        TopK(9, 10)
