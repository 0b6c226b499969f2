"""Latent tools: into the code, out of it, and ways to move about in between.

Codes are `[N, size]` float32, images `[N, H, W, C]` float32; what runs on the device is compiled once per model shape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import jax
import numpy as np

from vaelab.architecture import Architecture
from vaelab.data.threefry import key
from vaelab.model import Autoencoder, assembled
from vaelab.nets.layers import Context
from vaelab.objectives import Likelihood, Objective
from vaelab.spec import knobs, substitute, without_knobs

BATCH = 500  # Rows per call of a compiled program: one shape, so one compilation.


def encode(
    model: Autoencoder, images: np.ndarray, condition: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Posterior means and standard deviations, each [N, size]; the deviations of a point code are 0.

    `images` are in [0, 1], [N, ...], or uint8 pixels in 0..255; `condition` is the class of each, int [N], for models
    that are told it.
    """
    arrays, told = model.arrays(), _told(condition, len(images))
    pieces = list(in_batches(lambda x, c: _encode(model.architecture, arrays, x, c), images, told))
    means, deviations = zip(*pieces, strict=True)
    return np.concatenate(means), np.concatenate(deviations)


def decode(
    model: Autoencoder, likelihood: Likelihood, codes: np.ndarray, condition: np.ndarray | None = None
) -> np.ndarray:
    """E[x|z] for each code, and class where the model is told it: [N, size], int [N] -> [N, ...]."""
    arrays, kind = model.arrays(), without_knobs(likelihood)  # A mean does not depend on a scale.
    codes = np.asarray(codes, np.float32)
    told = _told(condition, len(codes))
    return np.concatenate(list(in_batches(lambda z, c: _decode(model.architecture, kind, arrays, z, c), codes, told)))


def restore(
    model: Autoencoder, objective: Objective, images: np.ndarray, condition: np.ndarray | None = None, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """What the encoder is shown of images under the objective's corruption, and E[x|z] at its mean code: [N, ...] both.

    The corruption is drawn from the seed: the same for the same number of images. Without one, the images are shown.
    """
    values = {path: np.float32(knob.value) for path, knob in knobs(objective).items()}
    told = _told(condition, len(images))
    fixed = model.architecture, without_knobs(objective)
    seen, restored = _restore(*fixed, model.arrays(), values, images, told, key(seed))
    return np.asarray(seen), np.asarray(restored)


def _told(condition: np.ndarray | None, count: int) -> np.ndarray:
    """Class 0 for all where nothing is said."""
    return np.zeros(count, np.int32) if condition is None else np.asarray(condition, np.int32)


def in_batches(function: Callable[..., Any], *columns: np.ndarray, size: int = BATCH) -> Iterator[Any]:
    """Call a compiled function on batches of one shape; the last is padded and its padding cut off again."""
    total = len(columns[0])
    if total <= size:
        yield jax.tree.map(np.asarray, function(*columns))
        return
    for start in range(0, total, size):
        count = min(size, total - start)
        found = function(*(_padded(rows[start : start + count], size) for rows in columns))
        yield jax.tree.map(partial(_head, count), found)


def _padded(rows: np.ndarray, size: int) -> np.ndarray:
    return rows if len(rows) == size else np.concatenate([rows, np.repeat(rows[:1], size - len(rows), axis=0)])


def _head(count: int, leaf: Any) -> np.ndarray:
    return np.asarray(leaf)[:count]


def prior_samples(seed: int, count: int, size: int, temperature: float = 1.0) -> np.ndarray:
    """Draws from N(0, temperature^2 I), [count, size]; the explorer draws the same numbers from the same seed."""
    return temperature * np.asarray(jax.random.normal(key(seed), (count, size)))


def linear(start: np.ndarray, end: np.ndarray, count: int) -> np.ndarray:
    """Points on the straight line between two codes, both ends included: [count, size]."""
    fraction = np.linspace(0.0, 1.0, count, dtype=np.float32)[:, None]
    return (1 - fraction) * start[None] + fraction * end[None]


def spherical(start: np.ndarray, end: np.ndarray, count: int) -> np.ndarray:
    """Points on the great arc between two codes, [count, size]; keeps the norm where both ends have it.

    sin((1 - t) a) / sin(a) z0 + sin(t a) / sin(a) z1, a the angle between them. Shoemake 1985; White 2016 for latents.
    """
    norms = np.linalg.norm(start) * np.linalg.norm(end)
    cosine = float(start @ end / norms) if norms else 1.0
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))
    if np.sin(angle) < 1e-4:  # Parallel, opposite or zero: no arc is defined, and the line is its limit.
        return linear(start, end, count)
    fraction = np.linspace(0.0, 1.0, count, dtype=np.float32)[:, None]
    weights = np.sin((1 - fraction) * angle), np.sin(fraction * angle)
    return ((weights[0] * start[None] + weights[1] * end[None]) / np.sin(angle)).astype(np.float32)


def traversal(code: np.ndarray, dimension: int, values: np.ndarray) -> np.ndarray:
    """Copies of one code with one number replaced by each value: [len(values), size]."""
    codes = np.repeat(code[None], len(values), axis=0).astype(np.float32)
    codes[:, dimension] = values
    return codes


def quantile_grid(side: int, margin: float = 0.01) -> np.ndarray:
    """A 2-D grid of equal steps in prior probability, [side * side, 2], first axis right, second axis up.

    The inverse normal CDF of an even grid, as in figure 4 of Kingma & Welling 2014; row by row from the top left.
    """
    from scipy.special import ndtri  # A fifth of a second, which whoever draws no grid does not wait for.

    values = ndtri(np.linspace(margin, 1 - margin, side)).astype(np.float32)
    across, up = np.meshgrid(values, values[::-1])
    return np.stack([across.ravel(), up.ravel()], axis=-1)


def unit_images(images: np.ndarray) -> Any:
    """uint8 pixels -> [0, 1]; other images pass as they are."""
    return images.astype(np.float32) / 255 if images.dtype == np.uint8 else images


@partial(jax.jit, static_argnames="architecture")
def _encode(architecture: Architecture, arrays: Any, images: Any, condition: Any) -> tuple[Any, Any]:
    code = assembled(architecture, arrays).encode(unit_images(images), condition)
    return code.mean, code.deviation


@partial(jax.jit, static_argnames=("architecture", "likelihood"))
def _decode(architecture: Architecture, likelihood: Likelihood, arrays: Any, codes: Any, condition: Any) -> Any:
    return likelihood.mean(assembled(architecture, arrays).decode(codes, condition))


@partial(jax.jit, static_argnames=("architecture", "objective"))
def _restore(
    architecture: Architecture, objective: Objective, arrays: Any, values: dict[str, Any], images: Any, condition: Any,
    key: Any,
) -> tuple[Any, Any]:  # fmt: skip
    objective = substitute(objective, values)
    view = objective.corruption(unit_images(images), key)
    forward = assembled(architecture, arrays)(view.seen, condition, context=Context(visible=view.visible))
    return view.seen, objective.likelihood.mean(forward.parameters)
