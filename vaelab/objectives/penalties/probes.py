"""Random directions in which a Jacobian is looked at, where all of it would cost too much."""

from __future__ import annotations

from typing import Any

from vaelab.lazy import jax

EXACT = 3  # Codes of up to so many numbers: a pass for each of them is cheap, and has no noise.


def rademacher(key: Any, like: Any) -> Any:
    """-1 or 1 with equal probability, in the shape and type of an array: the direction of least variance.

    Hutchinson 1990, proposition 1.
    """
    return jax.random.rademacher(key, like.shape, like.dtype)
