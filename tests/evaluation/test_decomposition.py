"""The decomposition of the KL against Gaussians whose terms are known, and against brute force."""

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import norm

from vaelab.errors import VaelabError
from vaelab.evaluation import decomposition
from vaelab.evaluation.decomposition import decompose


def test_one_posterior_for_all_examples_is_all_dimension_wise_kl():
    """q(z) = q(z|n) = N(m, v): no information, independent numbers."""
    means, logvars = np.tile([1.0, -0.5, 0.0], (400, 1)), np.tile(np.log([0.5, 2.0, 1.0]), (400, 1))
    found = decompose(means, logvars, draws=50)
    assert found.mutual_information == pytest.approx(0, abs=1e-9)
    assert found.total_correlation == pytest.approx(0, abs=1e-9)
    exact = 0.5 * (np.square([1.0, -0.5, 0.0]) + [0.5, 2.0, 1.0] - np.log([0.5, 2.0, 1.0]) - 1)
    np.testing.assert_allclose(found.dimensions, exact, atol=0.02)
    assert found.kl == pytest.approx(exact.sum())


def test_a_gaussian_aggregate_has_the_terms_of_its_closed_form(random):
    """Means drawn from N(0, S), posteriors of variance v: q(z) tends to N(0, S + v I)."""
    spread = np.array([[1.0, 0.8], [0.8, 1.5]])
    variance = 0.3
    means = random.multivariate_normal(np.zeros(2), spread, size=5000)
    found = decompose(means, np.full((5000, 2), np.log(variance)), examples=5000)
    aggregate = spread + variance * np.eye(2)
    determinant, diagonal = np.linalg.det(aggregate), np.diag(aggregate)
    assert found.mutual_information == pytest.approx(0.5 * np.log(determinant / variance**2), abs=0.03)
    assert found.total_correlation == pytest.approx(0.5 * np.log(diagonal.prod() / determinant), abs=0.03)
    np.testing.assert_allclose(found.dimensions, 0.5 * (diagonal - np.log(diagonal) - 1), atol=0.03)


def test_the_terms_sum_to_the_analytic_kl(random):
    means, logvars = random.normal(size=(1500, 4)) @ random.normal(size=(4, 4)), random.normal(size=(1500, 4)) - 2
    found = decompose(means, logvars, draws=4)
    assert found.total == pytest.approx(found.kl, rel=0.02)
    exact = 0.5 * (means**2 + np.exp(logvars) - logvars - 1).sum(axis=1).mean()
    assert found.kl == pytest.approx(exact)


def test_independent_numbers_have_no_total_correlation_and_copies_have_much(random):
    means = random.normal(size=(3000, 2))
    logvars = np.full((3000, 2), np.log(0.2))
    assert decompose(means, logvars).total_correlation == pytest.approx(0, abs=0.03)
    assert decompose(means[:, [0, 0]], logvars).total_correlation > 0.5


def test_examples_that_do_not_overlap_are_told_apart_completely():
    means = 100.0 * np.arange(300)[:, None]
    assert decompose(means, np.zeros((300, 1))).mutual_information == pytest.approx(np.log(300))


def test_blocks_change_nothing_and_the_mixture_is_that_of_scipy(random, monkeypatch):
    means, logvars = random.normal(size=(60, 3)), random.normal(size=(60, 3)) - 1
    z = random.normal(size=(7, 3))
    joint, marginals = decomposition._aggregate(z, means, logvars)
    densities = norm.logpdf(z[:, None], means[None], np.exp(0.5 * logvars)[None])
    np.testing.assert_allclose(joint, logsumexp(densities.sum(axis=2), axis=1) - np.log(60))
    np.testing.assert_allclose(marginals, logsumexp(densities, axis=1) - np.log(60))
    whole = decompose(means, logvars, draws=3)
    monkeypatch.setattr(decomposition, "_BLOCK", 300)  # Five draws at a time.
    blocks = decompose(means, logvars, draws=3)
    assert blocks.total == pytest.approx(whole.total)
    assert blocks.mutual_information == pytest.approx(whole.mutual_information)


def test_only_the_stated_number_of_examples_is_looked_at(random):
    means, logvars = random.normal(size=(50, 2)), random.normal(size=(50, 2))
    some = decompose(means, logvars, examples=20)
    assert some.examples == 20
    assert some.total == decompose(means[:20], logvars[:20]).total
    assert decompose(means, logvars, examples=1000).examples == 50


@pytest.mark.parametrize(
    ("means", "logvars", "options"),
    [
        (np.zeros((3, 2)), np.zeros((3, 1)), {}),
        (np.zeros(3), np.zeros(3), {}),
        (np.full((3, 2), np.nan), np.zeros((3, 2)), {}),
        (np.zeros((3, 2)), np.zeros((3, 2)), {"draws": 0}),
    ],
)
def test_what_cannot_be_decomposed_is_refused(means, logvars, options):
    with pytest.raises(VaelabError):
        decompose(means, logvars, **options)
