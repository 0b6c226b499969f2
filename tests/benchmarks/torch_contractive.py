"""PyTorch's contractive autoencoder: one layer of sigmoids, tied weights, the Jacobian's norm in closed form."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

WEIGHT = 0.1


class ContractiveAutoencoder(nn.Module):
    """h = sigmoid(W x + b), y = W^T h + c. Rifai et al. 2011, sec. 2."""

    def __init__(self, inputs: int = 784, hidden: int = 400):
        super().__init__()
        self.encoder = nn.Linear(inputs, hidden)
        self.bias = nn.Parameter(torch.zeros(inputs))

    def loss(self, x: Any) -> Any:
        """[B, 784] -> the mean over the batch of |x - y|^2 / 2 + 0.1 |dh/dx|_F^2. Rifai et al. 2011, eq. 2 and 7."""
        h = torch.sigmoid(self.encoder(x))
        y = functional.linear(h, self.encoder.weight.t(), self.bias)
        slopes = (h * (1 - h)).pow(2)
        contraction = (slopes @ self.encoder.weight.pow(2).sum(dim=1)).mean()
        return 0.5 * functional.mse_loss(y, x, reduction="sum") / len(x) + WEIGHT * contraction
