"""Corruptions: what is done to the input while the target stays clean. Each is one frozen dataclass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from vaelab.lazy import jax
from vaelab.spec import Spec, number


class View(NamedTuple):
    """A corrupted input, and how much each pixel of the target counts in the reconstruction."""

    seen: Any  # float32 [B, H, W, C]
    weight: Any  # float32 of the same shape, or None: every pixel counts


@dataclass(frozen=True)
class NoCorruption(Spec):
    """The model sees what it has to reconstruct."""

    def __call__(self, x: Any, key: Any) -> View:
        """x [B, H, W, C] as it is."""
        return View(x, None)


@dataclass(frozen=True)
class GaussianNoise(Spec):
    """Additive isotropic Gaussian noise, not clipped to [0, 1]. Vincent et al. 2010, sec. 3.3 and 4.

    Unclipped, because only then is the optimal denoiser's step a multiple of the score of the noisy density
    (Vincent 2011); clipping would also tell the model which dark pixels were hit.
    """

    scale: float = number(
        0.3, minimum=0, maximum=2, knob=True, label="Noise", help="Standard deviation; black 0, white 1."
    )

    def __call__(self, x: Any, key: Any) -> View:
        """x [B, H, W, C] plus scale * N(0, 1) per entry."""
        return View(x + self.scale * jax.random.normal(key, x.shape, x.dtype), None)


Corruption = NoCorruption | GaussianNoise
