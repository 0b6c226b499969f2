"""The default convolutional VAE, kernels of 2x2 with stride 2 both ways, on 60,000 images in batches of 128."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.training import variational
from tests.benchmarks.workload import How, Work


def _peer(images: np.ndarray, *, how: How) -> Work:
    from torch import nn

    from tests.benchmarks.torch_training import Autoencoder, train

    down = [nn.Conv2d(1, 32, 2, stride=2), nn.ReLU(), nn.Conv2d(32, 64, 2, stride=2), nn.ReLU(), nn.Flatten()]
    wide = [nn.Linear(20, 3136), nn.Unflatten(1, (64, 7, 7)), nn.ReLU()]
    up = [nn.ConvTranspose2d(64, 32, 2, stride=2), nn.ReLU(), nn.ConvTranspose2d(32, 1, 2, stride=2), nn.Sigmoid()]
    model = Autoencoder(nn.Sequential(*down), nn.Linear(3136, 20), nn.Linear(3136, 20), nn.Sequential(*wide, *up))
    return train(model, images.reshape(len(images), 1, 28, 28), how=how)


WORKLOAD = variational(
    "Convolutional VAE 1-32-64 channels, kernels of 2x2 with stride 2, 20 latents, mirrored, batches of 128",
    "conv_vae",
    _peer,
)
