"""The dense VAE of PyTorch's published example, 784-400-20-400-784, on 60,000 images in batches of 128."""

from __future__ import annotations

from functools import partial

import numpy as np

from tests.benchmarks.training import variational
from tests.benchmarks.workload import How, Work


def _peer(images: np.ndarray, *, how: How, batch_size: int = 128) -> Work:
    from torch import nn

    from tests.benchmarks.torch_training import Autoencoder, train

    encoder = nn.Sequential(nn.Linear(784, 400), nn.ReLU())
    decoder = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784), nn.Sigmoid())
    model = Autoencoder(encoder, nn.Linear(400, 20), nn.Linear(400, 20), decoder)
    return train(model, images.reshape(len(images), 784), how=how, batch_size=batch_size)


WORKLOAD = variational("Dense VAE 784-400-20-400-784 with ReLU, batches of 128", "vae", _peer)
LARGE_BATCHES = variational(
    "Dense VAE 784-400-20-400-784 with ReLU, batches of 512", "vae", partial(_peer, batch_size=512), batch_size=512
)
