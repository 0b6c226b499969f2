"""The dense VAE of PyTorch's published example, 784-400-20-400-784, on 60,000 images in batches of 128."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.training import variational
from tests.benchmarks.workload import Work


def _peer(images: np.ndarray, *, compiled: bool) -> Work:
    from torch import nn

    from tests.benchmarks.torch_training import Autoencoder, train

    encoder = nn.Sequential(nn.Linear(784, 400), nn.ReLU())
    decoder = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784), nn.Sigmoid())
    model = Autoencoder(encoder, nn.Linear(400, 20), nn.Linear(400, 20), decoder)
    return train(model, images.reshape(len(images), 784), compiled=compiled)


WORKLOAD = variational("Dense VAE 784-400-20-400-784 with ReLU, batches of 128", "vae", _peer)
