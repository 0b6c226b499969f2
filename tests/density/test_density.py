"""Densities over codes against closed forms, scikit-learn, and counts by hand."""

import jax
import numpy as np
import pytest
from scipy import stats

from vaelab.density import DENSITIES, FittedGaussian, IndexGrids, Mixture, fit
from vaelab.errors import RunError


def correlated(random, count=4000):
    factor = np.array([[1, 0, 0], [0.8, 0.5, 0], [0, 2, 0.1]])
    return (random.normal(size=(count, 3)) @ factor.T + [1, 0, -2]).astype("f4")


def test_the_standard_normal_is_the_noise_of_jax():
    drawn = fit("normal", np.zeros((2, 5), "f4")).sample(7, 4, 0.5)
    np.testing.assert_array_equal(drawn, 0.5 * np.asarray(jax.random.normal(jax.random.key(7), (4, 5))))


def test_a_fitted_gaussian_has_the_moments_of_the_codes(random):
    codes = correlated(random)
    found = FittedGaussian.fit(codes)
    np.testing.assert_allclose(found.mean, codes.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(found.factor @ found.factor.T, np.cov(codes.T, bias=True), atol=1e-4)
    drawn = found.sample(0, 200_000)
    np.testing.assert_allclose(drawn.mean(axis=0), found.mean, atol=0.02)
    np.testing.assert_allclose(np.cov(drawn.T), found.factor @ found.factor.T, atol=0.05)
    narrow = found.sample(0, 10, 0.0)
    np.testing.assert_allclose(narrow, np.repeat(found.mean[None], 10, axis=0))


def test_codes_that_do_not_vary_have_a_gaussian_too():
    drawn = fit("gaussian", np.ones((10, 4), "f4")).sample(0, 5)
    np.testing.assert_allclose(drawn, 1, atol=1e-3)


def test_a_mixture_is_what_scikit_learn_finds_and_is_sampled_by_its_weights(random):
    centres = np.array([[-6, 0], [0, 6], [6, 0]], "f4")
    which = random.choice(3, 3000, p=[0.2, 0.3, 0.5])
    codes = (centres[which] + random.normal(size=(3000, 2)) * [1, 0.3]).astype("f4")
    found = Mixture.fit(codes, seed=0, components=3)
    order = np.argsort(found.means[:, 0])
    np.testing.assert_allclose(found.means[order], centres, atol=0.15)
    np.testing.assert_allclose(found.weights[order], np.bincount(which) / 3000, atol=0.01)
    drawn = found.sample(1, 50_000)
    nearest = ((drawn[:, None] - centres) ** 2).sum(axis=-1).argmin(axis=1)
    np.testing.assert_allclose(np.bincount(nearest) / 50_000, found.weights[order], atol=0.01)
    for component, row in zip(order, range(3), strict=True):
        wanted = found.factors[component] @ found.factors[component].T
        np.testing.assert_allclose(np.cov(drawn[nearest == row].T), wanted, atol=0.06)


def test_a_wide_code_gets_diagonal_components(random):
    codes = (random.normal(size=(400, 70)) * np.linspace(0.1, 3, 70)).astype("f4")
    found = Mixture.fit(codes, components=1)
    np.testing.assert_allclose(np.diagonal(found.factors[0]), codes.std(axis=0), rtol=1e-2)
    assert np.count_nonzero(found.factors[0]) == 70


CODEBOOK = np.array([[0, 0], [1, 0], [0, 1], [5, 5]], "f4")


def grids(random, count=3000):
    """Grids of 2 x 2 whose last cell repeats the first where the second is 0, and is 3 elsewhere."""
    found = random.integers(0, 3, (count, 4))
    found[:, 3] = np.where(found[:, 1] == 0, found[:, 0], 3)
    return found


def test_indices_are_those_of_the_nearest_rows(random):
    wanted = grids(random)
    codes = (CODEBOOK[wanted] + random.normal(size=(3000, 4, 2)) * 0.05).reshape(3000, -1).astype("f4")
    density = fit("autoregressive", codes, codebook=CODEBOOK)
    assert isinstance(density, IndexGrids)
    np.testing.assert_array_equal(density.indices, wanted)
    drawn = density.sample(0, 50)
    assert drawn.shape == (50, 8)
    assert (drawn.reshape(-1, 1, 2) == CODEBOOK).all(axis=-1).any(axis=-1).all()


def test_cells_depend_on_those_before_as_they_were_counted(random):
    known = grids(random)
    density = IndexGrids(known.astype(np.int32), CODEBOOK)
    drawn = density.sample(3, 4000)
    vectors = drawn.reshape(4000, 4, 2)
    found = (vectors[:, :, None] == CODEBOOK).all(axis=-1).argmax(axis=-1)
    for cell in range(4):
        np.testing.assert_allclose(np.bincount(found[:, cell], minlength=4) / 4000,
                                   np.bincount(known[:, cell], minlength=4) / 3000, atol=0.04)  # fmt: skip
    lawful = found[:, 3] == np.where(found[:, 1] == 0, found[:, 0], 3)
    assert lawful.mean() > 0.95
    np.testing.assert_array_equal(drawn, density.sample(3, 4000))


def test_the_first_cell_is_interpolated_with_an_even_share():
    density = IndexGrids(np.array([[0], [0], [1]], np.int32), CODEBOOK)
    share = density.probabilities(0, np.zeros((2, 1), np.int32))
    wanted = (np.array([2, 1, 0, 0]) + 2 / 4) / 5  # Counts, and as many as there were kinds, spread evenly.
    np.testing.assert_allclose(share, np.repeat(wanted[None], 2, axis=0))


def test_an_unseen_context_is_answered_by_the_longest_that_was_seen():
    density = IndexGrids(np.array([[0, 1], [0, 1], [1, 2]], np.int32), CODEBOOK)
    alone = IndexGrids(np.array([[1], [1], [2]], np.int32), CODEBOOK).probabilities(0, np.zeros((1, 1), np.int32))
    np.testing.assert_allclose(density.probabilities(1, np.array([[3, 0]])), alone)
    np.testing.assert_allclose(density.probabilities(1, np.array([[0, 0]])), (alone + [0, 2, 0, 0]) / 3)


def test_low_temperatures_keep_to_the_likely():
    density = IndexGrids(np.array([[0]] * 6 + [[1]] * 4, np.int32), CODEBOOK)
    assert (density.sample(0, 100, 0.05) == CODEBOOK[0]).all()


@pytest.mark.parametrize("kind", DENSITIES)
def test_every_density_is_fitted_and_sampled(kind, random):
    codes = correlated(random, 60)
    density = fit(kind, np.tile(codes, 2), 0, np.float32(random.normal(size=(5, 2))))
    drawn = density.sample(0, 7)
    assert drawn.shape == (7, 6)
    assert drawn.dtype == np.float32
    assert np.isfinite(drawn).all()
    np.testing.assert_array_equal(drawn, density.sample(0, 7))


def test_held_out_codes_are_likelier_under_what_was_fitted_than_under_the_prior(random):
    codes = correlated(random)
    found = FittedGaussian.fit(codes[:2000])
    covariance = (found.factor @ found.factor.T).astype(float)
    fitted = stats.multivariate_normal.logpdf(codes[2000:], found.mean, covariance)
    assert fitted.mean() > stats.multivariate_normal.logpdf(codes[2000:], np.zeros(3)).mean() + 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("flow", np.zeros((5, 2))), "no density 'flow'"),
        (("autoregressive", np.zeros((5, 2))), "no codebook"),
        (("gaussian", np.zeros((1, 2))), "at least two codes"),
        (("gaussian", np.full((5, 2), np.nan)), "finite numbers"),
    ],
)
def test_what_cannot_be_fitted_is_told_in_a_sentence(given, words):
    with pytest.raises(RunError, match=words):
        fit(*given)
