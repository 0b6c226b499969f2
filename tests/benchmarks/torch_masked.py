"""PyTorch's masked autoencoder: pre-norm blocks around `scaled_dot_product_attention`, the visible patches gathered."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

EPSILON = 1e-6  # Of the norms, as in He et al. 2022.


class Block(nn.Module):
    """Attention and a feedforward half, each after a norm and added to its input. Dosovitskiy et al. 2021."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.attended, self.fed = nn.LayerNorm(width, EPSILON), nn.LayerNorm(width, EPSILON)
        self.inner, self.outer = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.feedforward = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(approximate="tanh"), nn.Linear(4 * width, width)
        )

    def forward(self, x: Any) -> Any:
        """[B, T, width] -> the same."""
        batch, tokens, width = x.shape
        inner = self.inner(self.attended(x)).reshape(batch, tokens, 3, self.heads, width // self.heads)
        mixed = functional.scaled_dot_product_attention(*inner.permute(2, 0, 3, 1, 4).unbind(0))
        x = x + self.outer(mixed.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.feedforward(self.fed(x))


class MaskedAutoencoder(nn.Module):
    """He et al. 2022, with one code for the whole image: all tokens, hidden ones filled in, make 64 numbers."""

    def __init__(self, side: int = 28, size: int = 4, width: int = 48, heads: int = 4, code: int = 64, shown: int = 12):
        super().__init__()
        self.rows, self.size, self.shown = side // size, size, shown
        tokens = self.rows**2
        self.embedding, self.pixels = nn.Linear(size**2, width), nn.Linear(width, size**2)
        self.mask = nn.Parameter(torch.zeros(width))
        self.encoder, self.decoder = (
            nn.Sequential(Block(width, heads), nn.LayerNorm(width, EPSILON)) for _ in range(2)
        )
        self.head, self.tail = nn.Linear(tokens * width, code), nn.Linear(code, tokens * width)
        self.register_buffer("places", torch.from_numpy(places(self.rows, width)))

    def loss(self, x: Any, visible: Any = None) -> Any:
        """[B, 28, 28] -> half the squared error of a whole image, as its hidden patches have it; mean over the batch.

        Which patches are `visible`, [B, shown], is drawn unless it is given.
        """
        patches = self.patches(x)
        batch, tokens, _ = patches.shape
        if visible is None:
            visible = torch.rand(batch, tokens).argsort(dim=1)[:, : self.shown]
        hidden = torch.ones(batch, tokens).scatter_(1, visible, 0.0)
        error = (self(patches, visible) - patches).pow(2).mean(dim=-1)
        return 0.5 * x[0].numel() * (error * hidden).sum() / hidden.sum()

    def forward(self, patches: Any, visible: Any) -> Any:
        """Patches [B, T, size * size] and the places of those that are seen [B, V] -> all patches."""
        batch, tokens, numbers = patches.shape
        seen = patches.gather(1, visible[..., None].expand(-1, -1, numbers))
        x = self.encoder(self.embedding(seen) + self.places[visible])
        places = visible[..., None].expand_as(x)
        filled = self.mask.expand(batch, tokens, -1).scatter(1, places, x)
        x = self.tail(self.head(filled.flatten(1))).reshape(batch, tokens, -1)
        return self.pixels(self.decoder(x + self.places))

    def patches(self, x: Any) -> Any:
        """[B, 28, 28] -> [B, 49, 16], row by row."""
        x = x.reshape(len(x), self.rows, self.size, self.rows, self.size)
        return x.transpose(2, 3).reshape(len(x), self.rows**2, self.size**2)


def places(rows: int, width: int) -> np.ndarray:
    """float32 [rows * rows, width]: sines and cosines of the row and of the column. He et al. 2022, appendix A.1."""
    frequencies = 10_000.0 ** (-np.arange(width // 4) / (width // 4))
    angles = [place[:, None] * frequencies for place in np.divmod(np.arange(rows**2), rows)]
    return np.concatenate([wave(angle) for angle in angles for wave in (np.sin, np.cos)], axis=1).astype(np.float32)
