"""Novelty detection: the area by hand, the set-ups, and PCA as the detector."""

import numpy as np
import pytest

from vaelab.errors import VaelabError
from vaelab.evaluation.anomaly import auroc, multimodal, novelty, reconstruction_error, unimodal


def test_the_area_is_the_share_of_pairs_in_order(random):
    scores, novel = np.round(random.normal(size=80), 1), random.random(80) < 0.3
    pairs = scores[novel][:, None] - scores[~novel][None]
    assert auroc(scores, novel) == pytest.approx(((pairs > 0) + 0.5 * (pairs == 0)).mean())
    assert auroc(novel.astype(float), novel) == 1
    assert auroc(-novel.astype(float), novel) == 0
    assert auroc(np.ones(80), novel) == 0.5


def test_one_normal_class_trains_on_its_images_alone_and_tests_on_all(digits):
    dataset, novel = unimodal(digits, 3)
    assert set(dataset.train.labels) == {3}
    assert len(dataset.train.images) == (digits.train.labels == 3).sum()
    assert dataset.test is digits.test
    np.testing.assert_array_equal(novel, digits.test.labels != 3)


def test_one_novel_class_trains_on_all_others(digits):
    dataset, novel = multimodal(digits, 3)
    assert set(dataset.train.labels) == set(range(10)) - {3}
    np.testing.assert_array_equal(novel, digits.test.labels == 3)


def test_the_error_is_summed_over_pixels():
    images = np.array([[[[255], [0]]], [[[1], [2]]]], np.uint8)
    np.testing.assert_array_equal(reconstruction_error(images, np.zeros((2, 1, 2, 1))), [255.0**2, 5])


def test_principal_components_of_one_digit_find_the_others(digits):
    """A linear autoencoder is one too; on real digits it does well in every class."""
    areas = []
    for normal in range(10):
        dataset, novel = unimodal(digits, normal)
        train, test = (split.images.reshape(len(split.images), -1) / 255 for split in (dataset.train, dataset.test))
        mean = train.mean(axis=0)
        axes = np.linalg.svd(train - mean, full_matrices=False)[2][:10]
        areas.append(auroc(reconstruction_error(test, mean + (test - mean) @ axes.T @ axes), novel))
    assert min(areas) > 0.9
    assert np.mean(areas) > 0.97


def test_set_ups_without_a_question_are_refused(digits):
    for normal in ([], range(10), [77]):
        with pytest.raises(VaelabError, match="some, but not all"):
            novelty(digits, normal)
    with pytest.raises(VaelabError, match="normal and novel"):
        auroc(np.ones(3), np.zeros(3, bool))
    with pytest.raises(VaelabError, match="finite"):
        auroc(np.array([0, np.nan]), np.array([False, True]))
    with pytest.raises(VaelabError, match="one shape"):
        reconstruction_error(np.ones((2, 4)), np.ones((2, 5)))
