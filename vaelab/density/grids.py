"""An autoregressive density over grids of codebook rows, by counting.

Van den Oord et al. 2017 train a PixelCNN over the indices (section 3.3). For a codebook of a few dozen rows and a grid
of a few dozen cells, counting is enough for strokes that hold together, and takes seconds: each cell is predicted from
cells drawn before it, and where those were never seen together, from fewer of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt

import numpy as np

from vaelab.errors import RunError
from vaelab.nets.quantize import nearest

# Neighbours (rows up, columns left) in the order of their worth. Context n holds the first n; -1 is to the right.
NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1), (0, 2), (2, 0))

BATCH = 1000  # Grids whose distances from all rows are in memory at once.


@dataclass(frozen=True, eq=False)
class IndexGrids:
    """p(row | cell, the cells before it), interpolated over contexts. Witten & Bell 1991, method C."""

    indices: np.ndarray  # int32 [N, cells]: the grids that were counted
    codebook: np.ndarray  # [K, dimension]

    @classmethod
    def fit(cls, codes: np.ndarray, codebook: np.ndarray | None) -> IndexGrids:
        """From codes [N, cells * dimension], each vector counted as its nearest row."""
        if codebook is None:
            raise RunError(
                "The density 'autoregressive' is one of codebook rows, and this run has no codebook; choose 'normal', "
                "'gaussian' or 'mixture'."
            )
        vectors = codes.reshape(len(codes), -1, codebook.shape[1])
        parts = [np.asarray(nearest(vectors[start : start + BATCH], codebook)) for start in range(0, len(codes), BATCH)]
        return cls(np.concatenate(parts).astype(np.int32), np.asarray(codebook, np.float32))

    def sample(self, seed: int, count: int, temperature: float = 1.0) -> np.ndarray:
        """Codes [count, cells * dimension] that lie on the codebook; probabilities are raised to 1 / temperature."""
        random = np.random.default_rng(seed)
        grids = np.zeros((count, self.indices.shape[1]), np.int32)
        for cell in range(self.indices.shape[1]):
            share = self.probabilities(cell, grids) ** (1 / max(temperature, 0.05))
            bound = np.cumsum(share / share.sum(axis=1, keepdims=True), axis=1)
            drawn = (bound < random.random((count, 1))).sum(axis=1)
            grids[:, cell] = np.minimum(drawn, len(self.codebook) - 1)
        return self.codebook[grids].reshape(count, -1)

    def probabilities(self, cell: int, grids: np.ndarray) -> np.ndarray:
        """p(row at a cell | the cells before it) for grids [n, cells]: [n, K], of which later cells are not read."""
        rows, total = len(self.codebook), len(grids)
        share = np.full((total, rows), 1 / rows)
        keys, asked = np.zeros(len(self.indices), np.int64), np.zeros(total, np.int64)
        for neighbour in (None, *self._neighbours(cell)):
            if neighbour is not None:
                # Contexts as consecutive numbers: their product with the next neighbour does not overflow.
                _, both = np.unique(np.concatenate([keys, asked]), return_inverse=True)
                keys = both[: len(keys)] * rows + self.indices[:, neighbour]
                asked = both[len(keys) :] * rows + grids[:, neighbour]
            contexts, which = np.unique(asked, return_inverse=True)
            place = np.minimum(np.searchsorted(contexts, keys), len(contexts) - 1)
            seen = contexts[place] == keys
            flat = place[seen] * rows + self.indices[seen, cell]
            counts = np.bincount(flat, minlength=len(contexts) * rows).reshape(-1, rows)[which]
            kinds = (counts > 0).sum(axis=1, keepdims=True)
            known = np.maximum(counts.sum(axis=1, keepdims=True) + kinds, 1)
            share = np.where(kinds > 0, (counts + kinds * share) / known, share)
        return share

    def _neighbours(self, cell: int) -> list[int]:
        """The cells that a cell is predicted from: those of a square grid, or of a row where it is none."""
        cells = self.indices.shape[1]
        width = isqrt(cells) if isqrt(cells) ** 2 == cells else cells
        row, column = divmod(cell, width)
        near = [(row - up, column - left) for up, left in NEIGHBOURS]
        return [y * width + x for y, x in near if y >= 0 and 0 <= x < width]
