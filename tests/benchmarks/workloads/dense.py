"""Dense VAEs: that of PyTorch's published example, 784-400-20-400-784, and the small one that the app opens with."""

from __future__ import annotations

from functools import partial

import numpy as np

from tests.benchmarks.training import variational
from tests.benchmarks.workload import How, Work


def _peer(pixels: int, hidden: int, size: int, images: np.ndarray, *, how: How, batch_size: int) -> Work:
    from torch import nn

    from tests.benchmarks.torch_training import Autoencoder, train

    encoder = nn.Sequential(nn.Linear(pixels, hidden), nn.ReLU())
    decoder = nn.Sequential(nn.Linear(size, hidden), nn.ReLU(), nn.Linear(hidden, pixels), nn.Sigmoid())
    model = Autoencoder(encoder, nn.Linear(hidden, size), nn.Linear(hidden, size), decoder)
    return train(model, images.reshape(len(images), pixels), how=how, batch_size=batch_size)


_example = partial(_peer, 784, 400, 20)
WORKLOAD = variational("Dense VAE 784-400-20-400-784 with ReLU, batches of 128", "vae", _example)
LARGE_BATCHES = variational(
    "Dense VAE 784-400-20-400-784 with ReLU, batches of 512", "vae", _example, batch_size=512
)
TINY = variational(
    "Dense VAE 64-128-2-128-64 with ReLU, batches of 64",
    "vae_2d",
    partial(_peer, 64, 128, 2),
    "backbone.hidden=128",
    batch_size=64,
    data="digits",
)
