"""Clusters against labels: by hand, by brute force and by scikit-learn."""

from itertools import permutations

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score, normalized_mutual_info_score

from vaelab.errors import VaelabError
from vaelab.evaluation.clustering import cluster, matched_accuracy, normalized_mutual_information
from vaelab.evaluation.mutual_information import contingency, entropy, mutual_information


def test_names_of_clusters_do_not_matter():
    labels = np.array([0, 0, 1, 1, 2, 2])
    assert matched_accuracy(np.array([2, 2, 0, 0, 1, 1]), labels) == 1
    assert normalized_mutual_information(np.array([2, 2, 0, 0, 1, 1]), labels) == pytest.approx(1)


def test_a_cluster_is_matched_once_only():
    """Both halves of class 0 cannot count."""
    assert matched_accuracy(np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 0, 0, 1, 1])) == pytest.approx(4 / 6)
    assert matched_accuracy(np.zeros(6, int), np.array([0, 0, 0, 1, 1, 2])) == pytest.approx(0.5)


def test_the_matching_is_the_best_of_all(random):
    clusters, labels = random.integers(0, 5, (2, 200))
    best = max((np.array(order)[clusters] == labels).mean() for order in permutations(range(5)))
    assert matched_accuracy(clusters, labels) == pytest.approx(best)


def test_information_is_that_of_scikit_learn(random):
    first = random.integers(0, 6, 500)
    second = np.where(random.random(500) < 0.5, first, random.integers(3, 9, 500))
    counts = contingency(first, second)
    assert counts.sum() == 500
    assert mutual_information(counts) == pytest.approx(mutual_info_score(first, second))
    assert normalized_mutual_information(first, second) == pytest.approx(normalized_mutual_info_score(first, second))


def test_information_by_hand():
    counts = np.array([[1, 1], [0, 2]])
    assert entropy(counts.sum(axis=1)) == pytest.approx(np.log(2))
    assert mutual_information(counts) == pytest.approx(1.5 * np.log(2) - 0.75 * np.log(3))
    assert mutual_information(np.outer([1, 2], [3, 4])) == pytest.approx(0, abs=1e-12)
    assert normalized_mutual_information(np.zeros(4), np.zeros(4)) == 1


def test_codes_that_lie_in_heaps_are_found(random):
    labels = random.integers(0, 4, 300)
    codes = random.normal(size=(300, 2)) + 40 * np.stack([labels // 2, labels % 2], axis=1)
    found = cluster(codes, labels)
    assert found.accuracy == 1
    assert found.normalized_mutual_information == pytest.approx(1)
    halves = cluster(codes, labels, clusters=2)
    assert halves.accuracy == pytest.approx(0.5, abs=0.06)


def test_the_pixels_of_real_digits_lie_in_heaps_of_a_kind(digits):
    codes = digits.train.images.reshape(1437, -1) / 255
    found = cluster(codes, digits.train.labels)
    assert 0.7 < found.accuracy < 0.9
    assert 0.65 < found.normalized_mutual_information < 0.85


def test_labels_of_another_number_are_refused():
    with pytest.raises(VaelabError, match="one for each"):
        cluster(np.zeros((5, 2)), np.zeros(4))
