"""Probes on codes whose classes are known to be readable, or not."""

import numpy as np
import pytest

from vaelab.errors import VaelabError
from vaelab.evaluation.probes import linear_probe, neighbour_probe


@pytest.fixture
def separable(random):
    labels = random.integers(0, 3, 400)
    return random.normal(size=(400, 4)) + 10 * np.eye(4)[labels], labels


def test_classes_apart_are_read_by_both(separable):
    codes, labels = separable
    split = codes[:300], labels[:300], codes[300:], labels[300:]
    assert linear_probe(*split) == 1
    assert neighbour_probe(*split) == 1


def test_a_ring_around_a_disc_is_read_by_neighbours_only(random):
    labels = np.arange(600) % 2
    angle = random.uniform(0, 2 * np.pi, 600)
    codes = np.where(labels, 5, 1)[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    split = codes[:400], labels[:400], codes[400:], labels[400:]
    assert neighbour_probe(*split) == 1
    assert linear_probe(*split) < 0.7


def test_codes_that_say_nothing_are_read_at_chance(random):
    codes, labels = random.normal(size=(1500, 3)), random.integers(0, 5, 1500)
    split = codes[:1000], labels[:1000], codes[1000:], labels[1000:]
    assert linear_probe(*split) == pytest.approx(0.2, abs=0.06)
    assert neighbour_probe(*split) == pytest.approx(0.2, abs=0.06)


def test_the_scale_of_a_number_does_not_matter_to_the_line(separable):
    """The penalty would forbid the large weight that a small number needs."""
    codes, labels = separable
    for some in (codes, 1e-4 * codes + 7):
        assert linear_probe(some[:300], labels[:300], some[300:], labels[300:]) == 1


def test_neighbours_vote_by_hand():
    codes, labels = np.array([[0.0], [1], [2], [10]]), np.array([0, 1, 1, 0])
    asked = np.array([[-1.0], [9.0]])
    assert neighbour_probe(codes, labels, asked, np.array([0, 0]), neighbours=1) == 1
    assert neighbour_probe(codes, labels, asked, np.array([0, 0]), neighbours=3) == 0


def test_a_real_set_of_pixels(digits):
    flat = [split.images.reshape(len(split.images), -1) / 255 for split in (digits.train, digits.test)]
    split = flat[0], digits.train.labels, flat[1], digits.test.labels
    assert linear_probe(*split) > 0.93
    assert neighbour_probe(*split) > 0.97


def test_codes_without_labels_are_refused(separable):
    codes, labels = separable
    with pytest.raises(VaelabError, match="one for each"):
        linear_probe(codes, labels[:9], codes, labels)
    with pytest.raises(VaelabError, match="one length"):
        neighbour_probe(codes, labels, codes[:, :2], labels)
