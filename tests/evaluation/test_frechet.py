"""The Frechet distance against closed forms and the root of a matrix."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from vaelab.errors import VaelabError
from vaelab.evaluation.frechet import frechet_distance, frechet_of_gaussians


def test_on_a_line_it_is_the_difference_of_means_and_of_deviations(random):
    first, second = random.normal(size=(40, 1)), 3 * random.normal(size=(70, 1)) + 2
    expected = (first.mean() - second.mean()) ** 2 + (first.std(ddof=1) - second.std(ddof=1)) ** 2
    assert frechet_distance(first, second) == pytest.approx(expected)


def test_it_is_the_formula_with_the_root_of_the_product(random):
    first, second = random.normal(size=(2, 200, 6)) @ random.normal(size=(2, 6, 6))
    cov1, cov2 = np.cov(first.T), np.cov(second.T)
    shift = first.mean(axis=0) - second.mean(axis=0)
    expected = shift @ shift + np.trace(cov1 + cov2 - 2 * sqrtm(cov1 @ cov2).real)
    assert frechet_distance(first, second) == pytest.approx(expected)
    assert frechet_distance(second, first) == pytest.approx(expected)


def test_equal_sets_have_no_distance_even_where_features_are_dead_or_few(random):
    features = random.normal(size=(10, 30))
    features[:, :5] = 0
    assert frechet_distance(features, features) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(features, features + 2) == pytest.approx(30 * 4)


def test_of_gaussians_that_share_their_axes():
    variances1, variances2 = np.array([1.0, 4.0, 0.0]), np.array([9.0, 4.0, 1.0])
    found = frechet_of_gaussians(np.zeros(3), np.diag(variances1), np.ones(3), np.diag(variances2))
    assert found == pytest.approx(3 + 4 + 0 + 1)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (np.ones((1, 2)), np.ones((3, 2))),
        (np.ones((3, 2)), np.ones((3, 4))),
        (np.ones((3, 2)), np.full((3, 2), np.inf)),
    ],
)
def test_what_has_no_distance_is_refused(first, second):
    with pytest.raises(VaelabError):
        frechet_distance(first, second)
