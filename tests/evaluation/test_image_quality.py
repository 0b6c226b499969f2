"""PSNR by hand, SSIM by brute force over windows."""

import numpy as np
import pytest

from vaelab.errors import VaelabError
from vaelab.evaluation.image_quality import psnr, ssim


def brute_force(first, second, data_range):
    """Wang et al. 2004, eq. 13 to 17, one window at a time, one channel."""
    offsets = np.arange(-5, 6)
    weights = np.exp(-(offsets[:, None] ** 2 + offsets[None] ** 2) / (2 * 1.5**2))
    weights /= weights.sum()
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    values = []
    for row in range(5, first.shape[0] - 5):
        for column in range(5, first.shape[1] - 5):
            x, y = (image[row - 5 : row + 6, column - 5 : column + 6] for image in (first, second))
            mean_x, mean_y = (weights * x).sum(), (weights * y).sum()
            variance_x, variance_y = (weights * (x - mean_x) ** 2).sum(), (weights * (y - mean_y) ** 2).sum()
            covariance = (weights * (x - mean_x) * (y - mean_y)).sum()
            values.append(
                (2 * mean_x * mean_y + c1)
                * (2 * covariance + c2)
                / ((mean_x**2 + mean_y**2 + c1) * (variance_x + variance_y + c2))
            )
    return np.mean(values)


@pytest.mark.parametrize(("shape", "data_range"), [((13, 16, 1), 1.0), ((11, 12, 3), 255.0)])
def test_similarity_is_that_of_brute_force(random, shape, data_range):
    first = data_range * random.random((2, *shape))
    second = 0.7 * first + 0.3 * data_range * random.random((2, *shape))
    expected = [
        np.mean([brute_force(x[..., channel], y[..., channel], data_range) for channel in range(shape[2])])
        for x, y in zip(first, second, strict=True)
    ]
    np.testing.assert_allclose(ssim(first, second, data_range=data_range), expected, rtol=1e-9)
    assert 0.3 < min(expected) < 0.98


def test_equal_images_are_wholly_similar(random):
    images = random.random((3, 28, 28, 1))
    np.testing.assert_allclose(ssim(images, images), 1)
    assert np.isinf(psnr(images, images)).all()


def test_flat_images_differ_by_their_luminance_alone():
    black, grey = np.zeros((1, 12, 12, 1)), np.full((1, 12, 12, 1), 0.5)
    np.testing.assert_allclose(ssim(black, grey), 1e-4 / (0.25 + 1e-4))


def test_a_negative_is_unlike(digits, random):
    images = (random.random((2, 20, 20, 1)) > 0.5).astype(np.float32)
    assert (ssim(images, 1 - images) < -0.5).all()


def test_noise_of_a_tenth_is_twenty_decibels():
    images = np.zeros((2, 8, 8, 1), np.uint8)
    np.testing.assert_allclose(psnr(images, images + 0.1), 20)
    np.testing.assert_allclose(psnr(images, images + np.uint8(1), data_range=255), 48.1308, atol=1e-4)


def test_images_smaller_than_the_window_and_unequal_shapes_are_refused():
    with pytest.raises(VaelabError, match="too small"):
        ssim(np.zeros((1, 8, 8, 1)), np.zeros((1, 8, 8, 1)))
    with pytest.raises(VaelabError, match="one shape"):
        psnr(np.zeros((1, 8, 8, 1)), np.zeros((1, 8, 9, 1)))
