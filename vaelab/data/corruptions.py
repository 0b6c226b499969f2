"""Corruptions: what is done to the input while the target stays clean. Each is one frozen dataclass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from vaelab.data.batches import random_halves
from vaelab.lazy import jax, jnp
from vaelab.spec import Spec, number, option

Score = Literal["hidden", "all"]  # Whether the reconstruction counts what was hidden alone, or all of it.


class View(NamedTuple):
    """A corrupted input, and how much each pixel of the target counts in the reconstruction."""

    seen: Any  # float32 [B, H, W, C]
    weight: Any = None  # float32 of the same shape, or None: every pixel counts
    visible: Any = None  # int32 [B, V]: which patches are not hidden, where whole patches are


@dataclass(frozen=True)
class NoCorruption(Spec):
    """The model sees what it has to reconstruct."""

    def __call__(self, x: Any, key: Any) -> View:
        """x [B, H, W, C] as it is."""
        return View(x)


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
        return View(x + self.scale * jax.random.normal(key, x.shape, x.dtype))


def _share() -> Any:
    return number(0.25, minimum=0, maximum=1, knob=True, label="Share", help="Of the pixels, each by itself.")


def _emphasis() -> Any:
    return number(
        1.0, minimum=0, maximum=100, knob=True, logarithmic=True, label="Emphasis",
        help="How much a corrupted pixel counts against an untouched one.",
    )


def _view(x: Any, hit: Any, value: Any, emphasis: Any) -> View:
    """The input with other values where it is hit, and weights that say where; all [B, ...] or to be broadcast."""
    hit = jnp.broadcast_to(hit, x.shape)
    return View(jnp.where(hit, value, x), jnp.where(hit, emphasis, 1.0).astype(x.dtype))


def _words(x: Any, key: Any) -> Any:
    """A whole number below 65,536 for every pixel, as float32 [B, H, W, 1]: channels are hit together."""
    return random_halves((*x.shape[:-1], 1), key).astype(jnp.float32)


@dataclass(frozen=True)
class PixelMask(Spec):
    """Masking noise: a share of the pixels becomes black. Vincent et al. 2010, sec. 3.3 and, for emphasis, 4.3.

    With an emphasis other than 1 the reconstruction is a weighted sum, no longer a log-likelihood.
    """

    share: float = _share()
    emphasis: float = _emphasis()

    def __call__(self, x: Any, key: Any) -> View:
        """x [B, H, W, C] with pixels set to 0; of sequences [B, T, F], steps."""
        return _view(x, _words(x, key) < self.share * 65536, 0.0, self.emphasis)


@dataclass(frozen=True)
class SaltPepper(Spec):
    """A share of the pixels becomes black or white, by the toss of a coin. Vincent et al. 2010, sec. 3.3 and 4.3."""

    share: float = _share()
    emphasis: float = _emphasis()

    def __call__(self, x: Any, key: Any) -> View:
        """x [B, H, W, C] with pixels set to 0 or 1; of sequences [B, T, F], steps."""
        words, hit = _words(x, key), self.share * 65536
        return _view(x, words < hit, (words < 0.5 * hit).astype(x.dtype), self.emphasis)


@dataclass(frozen=True)
class BlockMask(Spec):
    """One square at a random place becomes black: a hole to be filled in, as in Pathak et al. 2016, sec. 3.3."""

    size: float = number(
        0.4, minimum=0, maximum=1, knob=True, label="Size", help="Of the square's sides, as a share of the image's."
    )
    emphasis: float = _emphasis()

    def __call__(self, x: Any, key: Any) -> View:
        """x [B, H, W, C] with a square set to 0; of sequences [B, T, F], steps one after another."""
        extent = x.shape[1:-1]
        side = jnp.round(self.size * min(extent))
        starts = jax.random.uniform(key, (len(extent), len(x)))
        hit = jnp.ones((1,) * x.ndim, bool)
        for axis, length in enumerate(extent):
            first = jnp.floor(starts[axis] * (length - side + 1))[:, None]
            place = jnp.arange(length, dtype=jnp.float32)[None]
            inside = (place >= first) & (place < first + side)
            hit = hit & jnp.expand_dims(inside, [other + 1 for other in range(len(extent) + 1) if other != axis])
        return _view(x, hit, 0.0, self.emphasis)


@dataclass(frozen=True)
class Blur(Spec):
    """A Gaussian blur along each side of an image, or along time. Nothing is drawn.

    Written as one matrix product per axis; near an edge the average is over the pixels that there are.
    """

    scale: float = number(
        1.0, minimum=0, maximum=10, knob=True, label="Blur", help="Standard deviation in pixels, or steps."
    )

    def __call__(self, x: Any, key: Any) -> View:
        """x [B, H, W, C], or a sequence [B, T, F], blurred along all axes but the first and the last."""
        for axis in range(1, x.ndim - 1):
            place = jnp.arange(x.shape[axis], dtype=jnp.float32)
            # At a scale of 0 all but the pixel itself vanish, without a division by 0.
            distance = (place[:, None] - place[None]) / jnp.maximum(self.scale, 0.01)
            kernel = jnp.exp(-0.5 * distance**2)
            kernel = kernel / kernel.sum(axis=1, keepdims=True)
            x = jnp.moveaxis(jnp.tensordot(kernel, x, axes=(1, axis)), 0, axis)
        return View(x)


@dataclass(frozen=True)
class PatchMask(Spec):
    """Hide a share of the square patches, drawn anew for each example. He et al. 2022, sec. 3.

    Hidden pixels are zero, and `visible` says which patches are not, so that a backbone of patches of the same size
    can leave the others out. The grid is padded below and to the right to whole patches, and at least one patch is
    hidden and one visible. The share is no knob: it decides how many tokens the compiled program computes on.
    """

    size: int = number(4, minimum=1, maximum=64, label="Patch size", help="Side of a patch, in pixels.")
    share: float = number(0.75, minimum=0, maximum=1, label="Hidden share", help="Of the patches of each image.")
    score: Score = option("hidden", label="Scored pixels", help="Which count in the reconstruction.")

    def grid(self, shape: tuple[int, ...]) -> tuple[int, int]:
        """Rows and columns of patches that cover an image [H, W, C]."""
        rows, columns = (-(-side // self.size) for side in shape[:2])
        return rows, columns

    def __call__(self, x: Any, key: Any) -> View:
        """x [B, H, W, C] with zeros in hidden patches; visible int32 [B, V], ascending, row by row."""
        batch, height, width, _ = x.shape
        rows, columns = self.grid(x.shape[1:])
        count = rows * columns
        shown = count - min(max(round(self.share * count), 1), count - 1)
        # The number of each patch takes the last bits of its random word: sorting words is twenty times as fast on a
        # CPU as sorting pairs of a word and a number.
        low = jnp.uint32((1 << (count - 1).bit_length()) - 1)
        words = jax.random.bits(key, (batch, count)) & ~low | jnp.arange(count, dtype=jnp.uint32)[None]
        visible = jnp.sort((jnp.sort(words, axis=1)[:, :shown] & low).astype(jnp.int32), axis=1)
        hidden = (visible[:, :, None] != jnp.arange(count)[None, None]).all(axis=1).reshape(batch, rows, columns)
        hidden = hidden.repeat(self.size, axis=1).repeat(self.size, axis=2)[:, :height, :width, None]
        return _without(x, hidden, self.score)._replace(visible=visible)


@dataclass(frozen=True)
class Continuation(Spec):
    """Hide the last steps of a sequence, or the last rows of an image: the model has to say how it goes on.

    The future predictor of Srivastava et al. 2015, sec. 2.2, and its composite of both where all is scored. At least
    one step is hidden and one is shown.
    """

    share: float = number(0.5, minimum=0, maximum=1, knob=True, label="Hidden share", help="Of the steps or rows.")
    score: Score = option("hidden", label="Scored steps", help="Which count in the reconstruction.")

    def __call__(self, x: Any, key: Any) -> View:
        """x [B, T, ...] with zeros in the last steps."""
        steps = x.shape[1]
        count = jnp.clip(jnp.round(self.share * steps), 1, steps - 1)
        hidden = jnp.arange(steps) >= steps - count
        return _without(x, hidden.reshape(1, steps, *(1,) * (x.ndim - 2)), self.score)


def _without(x: Any, hidden: Any, score: Score) -> View:
    """x [B, ...] with zeros where hidden, of a shape that broadcasts to it, weighted by what is scored.

    Weights are scaled to a mean of 1 in every example: a loss says nats per whole example, as though all of it were
    hidden, and the balance with the penalties does not depend on how much is.
    """
    hidden = jnp.broadcast_to(hidden, x.shape)
    seen = jnp.where(hidden, 0, x)
    if score == "all":
        return View(seen)
    weight = hidden.astype(x.dtype)
    return View(seen, weight / weight.mean(axis=tuple(range(1, x.ndim)), keepdims=True))


Corruption = NoCorruption | GaussianNoise | PixelMask | SaltPepper | BlockMask | Blur | PatchMask | Continuation
