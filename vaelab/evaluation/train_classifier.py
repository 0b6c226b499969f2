"""Trains the classifier behind `features` on MNIST and writes it beside this file:

    python -m vaelab.evaluation.train_classifier

Cross-entropy, Adam from 0.002 down a cosine, 20 epochs in batches of 128, images shifted by up to two pixels; half a
minute on two cores. The parameters are stored in half precision, and the accuracy in the file is that of the stored
ones. All randomness comes from one seed: two runs on one machine write the same bytes, another processor may round
differently.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from safetensors.numpy import save_file

from vaelab.data import Split, load, rows, steps_per_epoch
from vaelab.evaluation import features
from vaelab.nets.initializer import Initializer

COMMAND = "python -m vaelab.evaluation.train_classifier"
SEED = 0
EPOCHS, BATCH, LEARNING_RATE = 20, 128, 2e-3
SHIFT = 2  # pixels


def train(split: Split, *, epochs: int = EPOCHS) -> dict[str, np.ndarray]:
    """Parameters float16, by the program's names, after training on images [N, 28, 28, 1] with labels 0 to 9."""
    initial = Initializer(SEED)
    parameters = {
        name: jnp.asarray(initial(name, shape)) for name, shape in features.CLASSIFIER.parameters().items()
    }
    steps = epochs * steps_per_epoch(len(split.images), BATCH)
    optimizer = optax.adam(optax.cosine_decay_schedule(LEARNING_RATE, steps))
    state = optimizer.init(parameters)

    @jax.jit
    def step(parameters: Any, state: Any, images: Any, labels: Any) -> tuple[Any, Any]:
        gradients = jax.grad(_loss)(parameters, images.astype(jnp.float32) / 255, labels)
        updates, state = optimizer.update(gradients, state)
        return optax.apply_updates(parameters, updates), state

    generator = np.random.default_rng(SEED)
    padded = np.pad(split.images, ((0, 0), (SHIFT, SHIFT), (SHIFT, SHIFT), (0, 0)))
    for batch in rows(len(split.images), BATCH, SEED, 0, steps):
        parameters, state = step(parameters, state, _shifted(padded, batch, generator), split.labels[batch])
    return {name: np.asarray(value, np.float16) for name, value in parameters.items()}


def _loss(parameters: Any, images: Any, labels: Any) -> Any:
    return optax.softmax_cross_entropy_with_integer_labels(features.apply(parameters, images), labels).mean()


def _shifted(padded: np.ndarray, batch: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Each image of a batch moved by its own whole number of pixels down and to the right."""
    down, right = generator.integers(0, 2 * SHIFT + 1, (2, len(batch), 1)) + np.arange(padded.shape[1] - 2 * SHIFT)
    return padded[batch[:, None, None], down[:, :, None], right[:, None, :]]


def accuracy(parameters: dict[str, np.ndarray], split: Split) -> float:
    """Share of images [N, 28, 28, 1] whose label has the highest logit."""
    images = split.images.astype(np.float32) / 255
    logits = features.apply({name: value.astype(np.float32) for name, value in parameters.items()}, images)
    return float((np.asarray(logits).argmax(axis=1) == split.labels).mean())


def main(file: Path = features.FILE) -> None:
    """Train, measure, write, and say what was reached."""
    mnist = load("mnist")
    parameters = train(mnist.train)
    reached = accuracy(parameters, mnist.test)
    about = {
        "command": COMMAND,
        "data": f"MNIST, {len(mnist.train.images):,} training images",
        "test_accuracy": round(reached, 4),
    }
    # One entry: the format writes several in any order, and the file would differ from run to run.
    metadata = {"about": json.dumps(about)}
    save_file({name: np.ascontiguousarray(array) for name, array in parameters.items()}, file, metadata=metadata)
    print(f"{file.name}: test accuracy {reached:.2%}, {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
