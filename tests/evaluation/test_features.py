"""The classifier that ships, and the features that it gives."""

import json

import numpy as np
import pytest
from safetensors import safe_open

from vaelab.data import Split
from vaelab.errors import VaelabError
from vaelab.evaluation import train_classifier
from vaelab.evaluation.features import CLASSIFIER, FILE, SIZE, _parameters, apply, class_logits, features
from vaelab.evaluation.frechet import frechet_distance
from vaelab.evaluation.precision_recall import precision_recall


def about():
    with safe_open(FILE, "numpy") as file:
        return json.loads(file.metadata()["about"])


def test_the_file_is_small_and_says_how_it_was_made():
    assert FILE.stat().st_size < 400_000
    with safe_open(FILE, "numpy") as file:
        shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    assert about()["command"] == train_classifier.COMMAND
    assert about()["test_accuracy"] >= 0.985
    assert shapes == CLASSIFIER.parameters()


def test_it_reaches_the_accuracy_in_its_file(mnist):
    right = class_logits(mnist.test.images).argmax(axis=1) == mnist.test.labels
    assert right.mean() == pytest.approx(about()["test_accuracy"], abs=5e-4)


def test_features_are_the_last_hidden_layer(random):
    images = random.random((5, 28, 28, 1), np.float32)
    found = features(images)
    assert found.shape == (5, SIZE)
    assert found.dtype == np.float32
    assert found.min() == 0 < found.max()
    kernel, bias = (_parameters()[f"{len(CLASSIFIER.layers) - 1}/{name}"] for name in ("kernel", "bias"))
    np.testing.assert_allclose(class_logits(images), found @ kernel + bias, atol=1e-3)
    np.testing.assert_allclose(apply(_parameters(), images), class_logits(images), atol=1e-3)


def test_batches_bytes_channels_and_range_make_no_difference(random):
    pixels = random.integers(0, 256, (501, 28, 28, 1), np.uint8)
    whole = features(pixels)
    np.testing.assert_allclose(features(pixels[-1:]), whole[-1:], atol=1e-4)
    unit = pixels[:3] / 255
    np.testing.assert_allclose(features(unit), whole[:3], atol=1e-4)
    np.testing.assert_allclose(features(np.repeat(unit, 3, axis=3)), whole[:3], atol=1e-4)
    white = np.ones((1, 28, 28, 1))
    np.testing.assert_array_equal(features(white * 7), features(white))


def test_digits_of_another_source_are_read(digits):
    """Blown up, the 8 x 8 digits fill the frame that MNIST leaves free; with such a frame around them most are read."""
    def right(images):
        return (class_logits(images).argmax(axis=1) == digits.test.labels).mean()

    framed = np.pad(digits.test.images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    assert right(framed) > 0.7
    assert right(framed) > right(digits.test.images) > 0.3


def test_other_sizes_are_resized_by_means_of_what_they_hold(mnist):
    images, labels = mnist.test.images[:1000], mnist.test.labels[:1000]
    double = np.kron(images, np.ones((1, 2, 2, 1), np.uint8))
    assert (class_logits(double).argmax(axis=1) == labels).mean() > 0.97
    lines = np.zeros((1, 280, 280, 1))
    lines[:, ::10] = 1  # Sampling without averaging would see all of them or none.
    np.testing.assert_allclose(features(lines), features(np.full((1, 28, 28, 1), 0.1)), atol=0.2)


def test_noise_is_farther_from_digits_than_other_digits_are(digits, random):
    first, second = digits.train.images[:600], digits.train.images[600:1200]
    noise = random.permuted(second.reshape(600, -1), axis=1).reshape(second.shape)
    real, like, unlike = features(first), features(second), features(noise)
    assert frechet_distance(real, like) < 0.1 * frechet_distance(real, unlike)
    assert precision_recall(real, like).precision > 0.8 > precision_recall(real, unlike).precision


def test_what_is_no_image_is_refused():
    for shape in ((28, 28, 1), (0, 28, 28, 1)):
        with pytest.raises(VaelabError, match="at least one image"):
            features(np.zeros(shape))


def test_training_learns_and_repeats(random):
    """Two classes that a line tells apart, in a dozen steps."""
    labels = np.arange(512) % 2
    images = random.integers(0, 60, (512, 28, 28, 1)).astype(np.uint8)
    images[labels == 1, 8:20, 8:20] += 150
    split = Split(images, labels)
    trained = train_classifier.train(split, epochs=3)
    assert all(array.dtype == np.float16 for array in trained.values())
    assert train_classifier.accuracy(trained, split) == 1.0
    again = train_classifier.train(split, epochs=3)
    assert all(np.array_equal(trained[name], again[name]) for name in trained)
