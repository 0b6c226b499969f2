"""PyTorch's side: training as its published example of a VAE does it, without its data loader; and that VAE.

Runs in the interpreter that has PyTorch, which need not have vaelab: nothing here imports it.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from tests.benchmarks.workload import How, Work

BATCH_SIZE = 128


class Autoencoder(nn.Module):
    """An encoder, two heads for mean and log variance, and a decoder to pixels in (0, 1)."""

    def __init__(self, encoder: nn.Module, mean: nn.Module, logvar: nn.Module, decoder: nn.Module):
        super().__init__()
        self.encoder, self.mean, self.logvar, self.decoder = encoder, mean, logvar, decoder

    def forward(self, x: Any) -> tuple[Any, Any, Any]:
        """Images -> reconstruction, mean, log variance."""
        features = self.encoder(x)
        mean, logvar = self.mean(features), self.logvar(features)
        deviation = torch.exp(0.5 * logvar)
        return self.decoder(mean + deviation * torch.randn_like(deviation)), mean, logvar

    def loss(self, x: Any) -> Any:
        """Binary cross-entropy and KL, summed over the batch, in nats."""
        reconstruction, mean, logvar = self(x)
        entropy = functional.binary_cross_entropy(reconstruction, x, reduction="sum")
        return entropy - 0.5 * torch.sum(1 + logvar - mean.pow(2) - logvar.exp())


class Trained(Protocol):
    """What can be trained here: a module that knows its loss."""

    def parameters(self) -> Any: ...
    def train(self) -> Any: ...
    def loss(self, x: Any) -> Any: ...


def train(model: Trained, examples: np.ndarray, *, how: How, rate: float = 1e-3, batch_size: int = BATCH_SIZE) -> Work:
    """Train on uint8 examples [N, ...] in whole batches, epoch after epoch; every yield is one step."""
    data = torch.from_numpy(np.array(examples, np.float32) / 255)
    tuned = how == "tuned"
    optimizer = torch.optim.Adam(model.parameters(), lr=rate, fused=tuned or None)
    loss_of = torch.compile(model.loss) if tuned else model.loss
    mixed = torch.autocast("cpu", torch.bfloat16, enabled=how == "bfloat16")
    model.train()
    while True:
        total = 0.0
        for rows in torch.randperm(len(data)).split(batch_size)[: len(data) // batch_size]:
            optimizer.zero_grad()
            with mixed:
                loss = loss_of(data[rows])
            loss.backward()
            total += loss.item()
            optimizer.step()
            yield batch_size
