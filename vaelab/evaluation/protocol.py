"""What held-out examples a figure was computed on: the same ones, with the same pixels, every time."""

from __future__ import annotations

import numpy as np

from vaelab.data.batches import binarize_once

TEST_SEED = 0  # Draws the binary test set, once and for all.
SHOWN, MEASURED = 1 << 25, 1 << 28  # Pixels that are looked at for a picture and for a figure: 128 MB and 1 GB.

DESCRIPTIONS = {
    "none": "none: grey pixels in [0, 1]",
    "threshold": "threshold: 1 where a pixel is at least 128 of 255",
    "dynamic": f"dynamic in training; the test set drawn once from its grey values with seed {TEST_SEED}",
}


def first(images: np.ndarray, most: int, pixels: int = SHOWN) -> int:
    """How many of the images [N, ...], at most, have no more than so many pixels together: memory stays bounded."""
    return min(most, len(images), max(1, pixels // max(1, images[:1].size)))


def held_out(images: np.ndarray, binarization: str) -> np.ndarray:
    """Test images as targets: uint8 [N, H, W, C] -> float32 [N, H, W, C], binarized as the recipe says, but once."""
    if binarization == "dynamic":
        return binarize_once(images, TEST_SEED).astype(np.float32)
    if binarization == "threshold":
        return (images >= 128).astype(np.float32)
    return images.astype(np.float32) / 255
