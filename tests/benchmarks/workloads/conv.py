"""Convolutional VAEs with stride 2 on 60,000 images in batches of 128: kernels of 2x2, the default, and of 4x4."""

from __future__ import annotations

from functools import partial

import numpy as np

from tests.benchmarks.training import variational
from tests.benchmarks.workload import How, Work


def _peer(kernel: int, images: np.ndarray, *, how: How, batch_size: int) -> Work:
    from torch import nn

    from tests.benchmarks.torch_training import Autoencoder, train

    strided = {"kernel_size": kernel, "stride": 2, "padding": kernel // 2 - 1}
    down = [nn.Conv2d(1, 32, **strided), nn.ReLU(), nn.Conv2d(32, 64, **strided), nn.ReLU(), nn.Flatten()]
    wide = [nn.Linear(20, 3136), nn.Unflatten(1, (64, 7, 7)), nn.ReLU()]
    up = [nn.ConvTranspose2d(64, 32, **strided), nn.ReLU(), nn.ConvTranspose2d(32, 1, **strided), nn.Sigmoid()]
    model = Autoencoder(nn.Sequential(*down), nn.Linear(3136, 20), nn.Linear(3136, 20), nn.Sequential(*wide, *up))
    return train(model, images.reshape(len(images), 1, 28, 28), how=how, batch_size=batch_size)


WORKLOAD = variational(
    "Convolutional VAE 1-32-64 channels, kernels of 2x2 with stride 2, 20 latents, mirrored, batches of 128",
    "conv_vae",
    partial(_peer, 2),
)
OVERLAPPING = variational(
    "Convolutional VAE 1-32-64 channels, kernels of 4x4 with stride 2, 20 latents, mirrored, batches of 128",
    "conv_vae",
    partial(_peer, 4),
    "backbone.kernel=4",
)
