"""Precision and recall of sets whose overlap is known."""

import numpy as np
import pytest

from vaelab.errors import VaelabError
from vaelab.evaluation import precision_recall as module
from vaelab.evaluation.precision_recall import precision_recall


def test_equal_sets_have_all_and_sets_far_apart_have_nothing(random):
    points = random.normal(size=(200, 5))
    assert precision_recall(points, points) == (1, 1)
    assert precision_recall(points, points + 100) == (0, 0)
    assert precision_recall(np.zeros((9, 2)), np.zeros((9, 2))) == (1, 1)


def test_a_dropped_mode_costs_recall_and_an_invented_one_precision(random):
    real = random.normal(size=(600, 2)) + 50 * (np.arange(600)[:, None] % 3)
    generated = random.normal(size=(600, 2)) + 50 * (np.arange(600)[:, None] % 2)
    found = precision_recall(real, generated)
    assert found.precision > 0.95
    assert found.recall == pytest.approx(2 / 3, abs=0.03)
    assert precision_recall(generated, real) == (found.recall, found.precision)


def test_by_hand_on_a_line():
    """With k = 1 the balls around 0, 1 and 3 have the radii 1, 1, 2, and around 1.5, 5.5, 20 they have 4, 4, 14.5."""
    real, generated = np.array([[0.0], [1], [3]]), np.array([[1.5], [5.5], [20]])
    found = precision_recall(real, generated, neighbours=1)
    assert found.precision == pytest.approx(1 / 3)  # Only 1.5; 5.5 is 2.5 away from 3.
    assert found.recall == 1


def test_blocks_and_brute_force_agree(random, monkeypatch):
    real, generated = random.normal(size=(2, 50, 3)) * [[[1]], [[1.5]]]

    def covered(points, members):
        among = np.linalg.norm(members[:, None] - members[None], axis=2)
        radii = np.sort(among, axis=1)[:, 3]
        return (np.linalg.norm(points[:, None] - members[None], axis=2) <= radii).any(axis=1).mean()

    expected = (covered(generated, real), covered(real, generated))
    assert 0 < expected[0] < 1
    assert precision_recall(real, generated) == expected
    monkeypatch.setattr(module, "_BLOCK", 350)  # Seven rows at a time.
    assert precision_recall(real, generated) == expected


def test_too_few_examples_are_refused():
    with pytest.raises(VaelabError, match="at least 4"):
        precision_recall(np.ones((3, 2)), np.ones((9, 2)))
