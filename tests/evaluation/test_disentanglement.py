"""Measures of disentanglement on codes whose answer is known, and by hand."""

import numpy as np
import pytest

from vaelab.data import information, load
from vaelab.errors import VaelabError
from vaelab.evaluation.dci import completeness, dci, disentanglement
from vaelab.evaluation.disentanglement import disentanglement_scores
from vaelab.evaluation.factor_vae import _votes, factor_vae_score
from vaelab.evaluation.factors import codes_and_factors, gap, levels
from vaelab.evaluation.mig import information_shares, mutual_information_gap
from vaelab.evaluation.sap import predictability, separated_predictability


@pytest.fixture(scope="module")
def factors():
    """Three ordered factors with 5, 4 and 6 values, and one of 3 kinds."""
    return np.random.default_rng(1).integers(0, (5, 4, 6, 3), (2000, 4)).astype(np.float32)


@pytest.fixture(scope="module")
def rotated(factors):
    """Every number of the code holds a little of every factor."""
    standard = (factors - factors.mean(axis=0)) / factors.std(axis=0)
    return standard @ (np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2)


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(2).normal(size=(2000, 4))


def test_one_number_for_each_factor_is_perfect(factors):
    codes = factors[:, [2, 0, 3, 1]] * [1, -2, 0.5, 10] + 3
    assert mutual_information_gap(codes, factors) == pytest.approx(1, abs=0.02)
    assert factor_vae_score(codes, factors) == 1
    found = dci(codes, factors, categorical=[3])
    assert found.disentanglement > 0.97
    assert found.completeness > 0.97
    assert found.informativeness > 0.99
    assert separated_predictability(codes, factors, categorical=[3]) == pytest.approx(
        # A kind that is not told is guessed at one in three.
        np.mean([1, 1, 1, 2 / 3]), abs=0.03
    )


def test_a_rotation_costs_all_but_what_can_be_read(factors, rotated):
    assert mutual_information_gap(rotated, factors) < 0.15
    assert separated_predictability(rotated, factors, categorical=[3]) < 0.15
    found = dci(rotated, factors, categorical=[3])
    assert found.disentanglement < 0.35
    assert found.completeness < 0.35
    assert found.informativeness > 0.7
    assert factor_vae_score(rotated, factors) < 0.7


def test_noise_has_nothing(factors, noise):
    assert mutual_information_gap(noise, factors) < 0.02
    assert separated_predictability(noise, factors, categorical=[3]) < 0.03
    assert dci(noise, factors, categorical=[3]).informativeness < 0.02
    assert factor_vae_score(noise, factors) == pytest.approx(0.25, abs=0.08)


def test_a_factor_held_twice_has_no_gap(factors):
    codes = np.concatenate([factors, factors], axis=1)
    assert mutual_information_gap(codes, factors) == pytest.approx(0, abs=1e-9)
    assert separated_predictability(codes, factors) == pytest.approx(0, abs=1e-9)
    assert factor_vae_score(codes, factors) == 1  # Kim & Mnih do not ask for completeness.


def test_shares_of_information_by_hand():
    """A number that tells the halves of four values: log 2 of log 4."""
    values = np.tile([0, 1, 2, 3], 50)[:, None]
    codes = np.stack([values[:, 0] // 2, values[:, 0], np.zeros(200)], axis=1)
    np.testing.assert_allclose(information_shares(codes, values)[:, 0], [0.5, 1, 0], atol=1e-12)
    assert mutual_information_gap(codes, values) == pytest.approx(0.5)
    assert mutual_information_gap(codes[:, 1:2], values) == pytest.approx(1)


def test_bins_are_of_equal_width():
    values = np.repeat([0, 1], 50)[:, None]
    codes = np.concatenate([np.linspace(0, 0.4, 50), np.linspace(0.6, 1, 50)])[:, None]
    assert information_shares(codes, values, bins=2)[0, 0] == pytest.approx(1)
    codes[0] = -100  # One stray code and all the others share a bin.
    assert information_shares(codes, values, bins=2)[0, 0] < 0.02


def test_predictability_is_the_squared_correlation_or_balanced_accuracy(random):
    codes = random.normal(size=(300, 2))
    numbers = (codes[:, :1] + random.normal(size=(300, 1))).round(1)
    expected = [np.corrcoef(codes[:, j], numbers[:, 0])[0, 1] ** 2 for j in range(2)]
    np.testing.assert_allclose(predictability(codes, numbers)[:, 0], expected)
    kinds = np.array([0.0] * 7 + [1.0] * 2)[:, None]
    codes = np.array([0.0, 1, 2, 3, 4, 11, 11.5, 10, 12])[:, None]
    # A threshold above 11.5 makes one mistake; but one below 10 is better by class: five of seven and two of two.
    assert predictability(codes, kinds, categorical=[0])[0, 0] == pytest.approx((5 / 7 + 1) / 2)
    assert predictability(codes * 1e-3, kinds, categorical=[0])[0, 0] == 0  # Not active.


def test_disentanglement_and_completeness_by_hand():
    assert disentanglement(np.eye(3)) == completeness(np.eye(3)) == 1
    assert disentanglement(np.ones((3, 3))) == pytest.approx(0)
    two_for_one = np.array([[1.0, 0], [1, 0], [0, 2]])  # Each serves one factor; one factor is held by two of three.
    assert disentanglement(two_for_one) == 1
    assert completeness(two_for_one) == pytest.approx((1 - np.log(2) / np.log(3) + 1) / 2)
    one_for_two = np.array([[3.0, 3], [0, 2]])
    assert disentanglement(one_for_two) == pytest.approx(0 * 6 / 8 + 1 * 2 / 8)
    entropy = -(0.6 * np.log(0.6) + 0.4 * np.log(0.4)) / np.log(2)
    assert completeness(one_for_two) == pytest.approx(1 * 3 / 8 + (1 - entropy) * 5 / 8)
    assert disentanglement(np.zeros((2, 2))) == 0
    assert completeness(np.ones((1, 2))) == 1


def test_collapsed_numbers_do_not_vote(factors, noise):
    """A number with hardly any variance would win every vote by accident if it were not left out."""
    codes = np.concatenate([factors, 0.01 * noise], axis=1)
    assert factor_vae_score(codes, factors) == 1
    assert factor_vae_score(0.001 * noise, factors) == 0


def test_the_scale_of_a_number_does_not_win_votes(factors, noise):
    codes = (factors + 0.3 * noise) * [0.3, 1, 30, 100]
    assert factor_vae_score(codes, factors) > 0.98


def test_every_value_of_a_factor_is_held_still(random):
    """The first number stands still at value 1 of 0 and 1, and moves more than the second at value 0."""
    numbered = np.arange(400)[:, None] % 2
    codes = random.normal(size=(400, 2)) * [2, 1] * np.concatenate([1 - numbered, np.ones((400, 1))], axis=1)
    votes = _votes(codes, numbered, 1000, 64, random)
    assert votes.sum() == 1000
    assert votes[0, 0] == pytest.approx(500, abs=60)


def test_factors_are_numbered_and_gaps_are_taken_by_column():
    np.testing.assert_array_equal(levels(np.array([[0.5, 7], [0.1, 7], [0.9, 3]])), [[1, 1], [0, 1], [2, 0]])
    np.testing.assert_allclose(gap(np.array([[0.5, 0.1], [0.2, 0.7], [0.4, 0.7]])), [0.1, 0])
    np.testing.assert_allclose(gap(np.array([[0.5, 0.1]])), [0.5, 0.1])


def test_all_measures_of_the_true_factors_of_real_images_are_high():
    shapes = load("shapes")
    factors = shapes.test.factors
    assert information("shapes").factors[0] == "shape"
    found = disentanglement_scores(factors / factors.std(axis=0), factors, categorical=[0])
    assert found.mig == pytest.approx(1, abs=0.08)
    assert found.sap == pytest.approx(np.mean([2 / 3, 1, 1, 1, 1]), abs=0.04)
    assert min(found.disentanglement, found.completeness, found.informativeness, found.factor_vae) > 0.97


def test_what_cannot_be_measured_is_refused(factors, noise):
    with pytest.raises(VaelabError, match="must match"):
        codes_and_factors(noise[:5], factors)
    with pytest.raises(VaelabError, match="Factor 1 has one value"):
        mutual_information_gap(noise, factors * [1, 0, 1, 1])
    with pytest.raises(VaelabError, match="too many to hold one still"):
        factor_vae_score(noise, noise)
    with pytest.raises(VaelabError, match="no factor 4"):
        separated_predictability(noise, factors, categorical=[4])
    with pytest.raises(VaelabError, match="2 bins"):
        mutual_information_gap(noise, factors, bins=1)
