"""What an encoder is worth as the start of a classifier: a softmax on its code, trained through all its weights.

The use that autoencoders were revived for (Hinton & Salakhutdinov 2006; Vincent et al. 2010; Rifai et al. 2011). The
epoch is chosen on validation images alone; the test images are looked at once.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from vaelab.data import Split
from vaelab.data.batches import rows, steps_per_epoch
from vaelab.latent import in_batches, unit_images
from vaelab.model import Autoencoder

VALIDATION = 6  # One training example in so many is held back for the choice of the epoch.


class FineTuned(NamedTuple):
    """Shares of wrongly classified examples, in [0, 1]."""

    validation_error: float  # the least over the epochs
    test_error: float  # of the epoch that has it
    epoch: int  # counted from 1


def fine_tune(
    model: Autoencoder,
    train: Split,
    test: Split,
    *,
    epochs: int = 30,
    batch_size: int = 128,
    learning_rate: float = 3e-4,
    seed: int = 0,
) -> FineTuned:
    """Train encoder and softmax together by Adam on the cross-entropy; the model itself is left as it is.

    The last sixth of the training examples chooses the epoch. Labels are classes from 0 on.
    """
    held_back = max(1, len(train.images) // VALIDATION)
    images, labels = train.images[:-held_back], train.labels[:-held_back]
    validation = train.images[-held_back:], train.labels[-held_back:]
    graph, encoder = nnx.split(model)
    classes = int(max(train.labels.max(), test.labels.max())) + 1
    weights = {
        "encoder": encoder,
        "kernel": jnp.zeros((model.latent, classes)),  # The code is the feature; nothing is drawn here.
        "bias": jnp.zeros(classes),
    }
    state = optax.adam(learning_rate).init(weights)
    data = jnp.asarray(images), jnp.asarray(labels, jnp.int32)
    steps = steps_per_epoch(len(images), batch_size)
    best = FineTuned(np.inf, np.inf, 0)
    for epoch in range(epochs):
        table = rows(len(images), batch_size, seed, epoch * steps, steps)
        weights, state = _epoch(graph, learning_rate, weights, state, data, table)
        if (error := _error(graph, weights, *validation)) < best.validation_error:
            best = FineTuned(error, _error(graph, weights, test.images, test.labels), epoch + 1)
    return best


def _logits(graph: Any, weights: Any, images: Any) -> Any:
    code = nnx.merge(graph, weights["encoder"]).encode(images)
    return code.mean @ weights["kernel"] + weights["bias"][None]


@partial(jax.jit, static_argnames=("graph", "learning_rate"), donate_argnames=("weights", "state"))
def _epoch(graph: Any, learning_rate: float, weights: Any, state: Any, data: Any, table: Any) -> tuple[Any, Any]:
    optimizer, (images, labels) = optax.adam(learning_rate), data

    def step(carry: Any, row: Any) -> tuple[Any, None]:
        weights, state = carry

        def loss(weights: Any) -> Any:
            logits = _logits(graph, weights, images[row].astype(jnp.float32) / 255)
            return optax.softmax_cross_entropy_with_integer_labels(logits, labels[row]).mean()

        updates, state = optimizer.update(jax.grad(loss)(weights), state)
        return (optax.apply_updates(weights, updates), state), None

    return jax.lax.scan(step, (weights, state), table)[0]


def _error(graph: Any, weights: Any, images: np.ndarray, labels: np.ndarray) -> float:
    found = np.concatenate(list(in_batches(lambda x: _classes(graph, weights, x), images)))
    return float((found != labels).mean())


@partial(jax.jit, static_argnames=("graph",))
def _classes(graph: Any, weights: Any, images: Any) -> Any:
    return _logits(graph, weights, unit_images(images)).argmax(axis=-1)
