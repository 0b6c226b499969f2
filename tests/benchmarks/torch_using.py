"""PyTorch's side of using the dense VAE of its example, in inference mode."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from tests.benchmarks.workload import Work

PASS, BATCH, ROWS = 10_000, 500, 4096


class Dense(nn.Module):
    """784-400-20-400-784."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(784, 400), nn.ReLU())
        self.mean, self.logvar = nn.Linear(400, 20), nn.Linear(400, 20)
        self.decoder = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784))


@torch.inference_mode()
def encoding(images: np.ndarray) -> Work:
    """Means and deviations of uint8 images as NumPy arrays, in batches of 500."""
    model, images = Dense(), np.array(images).reshape(len(images), 784)
    while True:
        for start in range(0, len(images), PASS):
            pieces = torch.from_numpy(images[start : start + PASS]).split(BATCH)
            features = [model.encoder(piece.float() / 255) for piece in pieces]
            means = torch.cat([model.mean(each) for each in features]).numpy()
            torch.cat([(0.5 * model.logvar(each)).exp() for each in features]).numpy()
            yield len(means)


@torch.inference_mode()
def decoding(count: int) -> Work:
    """Pixels of as many codes at once, from NumPy and back."""
    model, codes = Dense(), np.random.default_rng(0).standard_normal((count, 20), np.float32)
    while True:
        yield len(torch.sigmoid(model.decoder(torch.from_numpy(codes))).numpy())


@torch.inference_mode()
def weighing(images: np.ndarray, samples: int) -> Work:
    """log 1/k sum p(x|z) p(z) / q(z|x) of binarized images, as many rows decoded at once as vaelab decodes."""
    model = Dense()
    targets = torch.from_numpy((np.array(images[:PASS]).reshape(-1, 784) >= 128).astype(np.float32))
    batch = max(1, min(100, ROWS // min(samples, ROWS)))
    drawn = min(samples, ROWS // batch)
    while True:
        for x in targets.split(batch):
            features = model.encoder(x)
            mean, logvar = model.mean(features), model.logvar(features)
            weights = []
            for _ in range(-(-samples // drawn)):
                noise = torch.randn(drawn, *mean.shape)
                z = mean + (0.5 * logvar).exp() * noise
                logits = model.decoder(z.reshape(-1, 20))
                repeated = x.expand(drawn, *x.shape).reshape(-1, 784)
                entropy = functional.binary_cross_entropy_with_logits(logits, repeated, reduction="none").sum(1)
                ratio = -0.5 * (z**2 - noise**2 - logvar).sum(-1)
                weights.append(ratio - entropy.reshape(drawn, -1))
            found = torch.logsumexp(torch.cat(weights)[:samples], 0) - math.log(samples)
            yield len(found.numpy())
