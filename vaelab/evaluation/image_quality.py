"""How near a reconstruction is to its image, as image processing measures it: PSNR and SSIM, per image."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from vaelab.errors import VaelabError

SIGMA = 1.5  # pixels, of the Gaussian window
WINDOW = 11  # pixels, its side
_MARGIN = WINDOW // 2


def psnr(images: np.ndarray, others: np.ndarray, *, data_range: float = 1.0) -> np.ndarray:
    """10 log10(range^2 / mean squared error) in decibels, [N], of images [N, H, W, C]; infinite for equal images."""
    images, others = _checked(images, others)
    error = ((images - others) ** 2).mean(axis=(1, 2, 3))
    with np.errstate(divide="ignore"):
        return 10 * np.log10(data_range**2 / error)


def ssim(images: np.ndarray, others: np.ndarray, *, data_range: float = 1.0) -> np.ndarray:
    """Mean structural similarity, [N] in -1..1, of images [N, H, W, C] with sides of at least 11 pixels.

    Wang et al. 2004, eq. 13, with K1 = 0.01 and K2 = 0.03 and their window: Gaussian weights of 11 x 11 pixels,
    sigma 1.5, summing to 1. Channels are averaged, and only windows that lie in the image count, as in scikit-image
    with `gaussian_weights=True, use_sample_covariance=False`.
    """
    images, others = _checked(images, others)
    if min(images.shape[1:3]) < WINDOW:
        raise VaelabError(
            f"SSIM looks through windows of {WINDOW} x {WINDOW} pixels; images of {images.shape[1]} x "
            f"{images.shape[2]} are too small. Use PSNR."
        )
    stable1, stable2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    mean1, mean2 = _smooth(images), _smooth(others)
    variance1, variance2 = _smooth(images**2) - mean1**2, _smooth(others**2) - mean2**2
    covariance = _smooth(images * others) - mean1 * mean2
    similarity = (2 * mean1 * mean2 + stable1) * (2 * covariance + stable2)
    similarity /= (mean1**2 + mean2**2 + stable1) * (variance1 + variance2 + stable2)
    inner = slice(_MARGIN, -_MARGIN)
    return similarity[:, inner, inner].mean(axis=(1, 2, 3))


def _smooth(images: np.ndarray) -> np.ndarray:
    return gaussian_filter(images, (0, SIGMA, SIGMA, 0), radius=(0, _MARGIN, _MARGIN, 0))


def _checked(images: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if images.shape != others.shape or images.ndim != 4:
        raise VaelabError(f"Both sets must be images [N, H, W, C] of one shape, not {images.shape} and {others.shape}.")
    return images.astype(np.float64), others.astype(np.float64)
