"""PyTorch's recurrent autoencoder: `nn.GRU` reads, and an `nn.GRUCell` in a loop writes, told its own outputs."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

DEVIATION = 0.05  # Of the Gaussian around a coordinate.


class RecurrentAutoencoder(nn.Module):
    """Cho et al. 2014; as an autoencoder Srivastava et al. 2015."""

    def __init__(self, features: int = 2, hidden: int = 64, code: int = 8):
        super().__init__()
        self.reader = nn.GRU(features, hidden, batch_first=True)
        self.head, self.tail = nn.Linear(hidden, code), nn.Linear(code, hidden)
        self.writer, self.output = nn.GRUCell(features, hidden), nn.Linear(hidden, features)

    def forward(self, x: Any) -> Any:
        """[B, T, features] -> the same."""
        _, last = self.reader(x)
        h = torch.tanh(self.tail(self.head(last[0])))
        y, written = torch.zeros_like(x[:, 0]), []
        for _ in range(x.shape[1]):
            h = self.writer(y, h)
            y = self.output(h)
            written.append(y)
        return torch.stack(written, dim=1)

    def loss(self, x: Any) -> Any:
        """The mean over the batch of |x - y|^2 / (2 s^2), in nats but for a constant."""
        return functional.mse_loss(self(x), x, reduction="sum") / (2 * DEVIATION**2 * len(x))
