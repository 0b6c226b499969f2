"""Initial weights from NumPy: the same on every device, and no program to compile before the first step.

Each array draws from its own stream, keyed by the seed and the array's name, so equal names and shapes start equal
whatever else the model holds. That is what makes two recipes comparable from one seed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from vaelab.nets.layers import Shape


@dataclass(frozen=True)
class Initializer:
    """Glorot & Bengio (2010), eq. 16, for matrices; zeros for vectors."""

    seed: int

    def __call__(self, name: str, shape: Shape) -> np.ndarray:
        """A float32 array of that shape, a function of seed, name and shape alone."""
        if len(shape) < 2:
            return np.zeros(shape, np.float32)
        digest = hashlib.sha256(f"{self.seed}/{name}".encode()).digest()
        generator = np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))
        limit = np.sqrt(6.0 / (shape[-2] + shape[-1]))
        return generator.uniform(-limit, limit, shape).astype(np.float32)
