"""The contractive autoencoder 784-400 with tied weights on 60,000 images in batches of 128."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.training import deterministic
from tests.benchmarks.workload import How, Work


def _peer(images: np.ndarray, *, how: How) -> Work:
    from tests.benchmarks.torch_contractive import ContractiveAutoencoder
    from tests.benchmarks.torch_training import train

    return train(ContractiveAutoencoder(), images.reshape(len(images), 784), how=how)


WORKLOAD = deterministic(
    "Contractive autoencoder 784-400 with sigmoid and tied weights, batches of 128",
    "contractive_ae",
    _peer,
    loss="squared error + 0.1 of the squared Jacobian in closed form",
    limited=True,
)
