"""Features of images from the project's own classifier, a small network trained on MNIST that ships with the package.

What it measures is what tells digits apart: on images of other things its features still separate, but they were not
learned for that. `vaelab.evaluation.train_classifier` made the file; its metadata hold the command and the accuracy.
"""

from __future__ import annotations

from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from safetensors.numpy import load_file

from vaelab.errors import VaelabError
from vaelab.nets.layers import Activation, Linear, Program
from vaelab.nets.rearranging import Merge, Reshape

FILE = Path(__file__).with_name("classifier.safetensors")
SIZE = 64  # Features per image: the last hidden layer, after its activation.
CLASSES = 10
CLASSIFIER = Program(
    (28, 28, 1),
    (
        *(Merge(1), Merge(4)),  # 4x4 patches
        *(Linear(16, 32), Activation("relu")),
        *(Linear(32, 32), Activation("relu")),
        Reshape((7 * 7 * 32,)),
        *(Linear(7 * 7 * 32, 96), Activation("relu")),
        *(Linear(96, SIZE), Activation("relu")),
        Linear(SIZE, CLASSES),
    ),
)
_BATCH = 500  # Rows per call of the compiled program: one shape, so one compilation.


def features(images: np.ndarray) -> np.ndarray:
    """float32 [N, 64], from images [N, H, W, C] in [0, 1], or uint8 pixels in 0..255.

    Channels are averaged to grey, other sizes are resized to 28 x 28 (bilinear, with a wider kernel where the image
    shrinks, so that nothing is skipped), and values outside [0, 1] are clipped, as they are for the eye.
    """
    return _in_batches(images, len(CLASSIFIER.layers) - 1)


def class_logits(images: np.ndarray) -> np.ndarray:
    """float32 [N, 10], unnormalized log-probabilities of the digits; images as for `features`."""
    return _in_batches(images, len(CLASSIFIER.layers))


def apply(parameters: dict[str, Any], images: Any, layers: int = len(CLASSIFIER.layers)) -> Any:
    """The output of the first layers on images [B, 28, 28, 1] in [0, 1]; parameters by the program's names."""
    for index, layer in enumerate(CLASSIFIER.layers[:layers]):
        images = layer(images, {name: parameters[f"{index}/{name}"] for name in layer.parameters()})
    return images


def _in_batches(images: np.ndarray, layers: int) -> np.ndarray:
    images = np.asarray(images)
    if images.ndim != 4 or not len(images):
        raise VaelabError(f"Features are taken of at least one image, [N, H, W, C], not of the shape {images.shape}.")
    results = []
    for start in range(0, len(images), _BATCH):
        batch = images[start : start + _BATCH]
        filled = np.concatenate([batch, np.repeat(batch[:1], _BATCH - len(batch), axis=0)])
        results.append(np.asarray(_run(layers, _parameters(), filled))[: len(batch)])
    return np.concatenate(results)


@partial(jax.jit, static_argnames="layers")
def _run(layers: int, parameters: dict[str, Any], images: Any) -> Any:
    unit = images.astype(jnp.float32) / 255 if images.dtype == jnp.uint8 else images.astype(jnp.float32)
    grey = jnp.clip(unit, 0.0, 1.0).mean(axis=-1, keepdims=True)
    return apply(parameters, jax.image.resize(grey, (len(grey), *CLASSIFIER.input_shape), "linear"), layers)


@lru_cache(maxsize=1)
def _parameters() -> dict[str, np.ndarray]:
    return {name: array.astype(np.float32) for name, array in load_file(FILE).items()}
