"""Numbers less their mean, over their deviation, token by token, and the derivative of that: Ba et al. 2016, eq. 4.

Means are products with a vector of equal shares. As sums, XLA would join them on a CPU with those who read them, and
compute each of them as many times as a token has numbers.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from vaelab.lazy import jax, jnp

EPSILON = 1e-6  # Added to the variance, as in He et al. 2022.


def standardized(x: Any) -> Any:
    """[B, T, width] -> (x - mean) / sqrt(variance + epsilon), [B, T, width]. It has no derivative in forward mode."""
    return _standardized()(x)


@cache
def _standardized() -> Any:
    """Made at the first use, since it needs JAX."""

    def mean(x: Any) -> Any:
        # In full precision everywhere: accelerators round what they multiply, which a sum would not.
        shares = jnp.full((x.shape[-1], 1), 1 / x.shape[-1], x.dtype)
        return jnp.matmul(x, shares, precision=jax.lax.Precision.HIGHEST)

    def forward(x: Any) -> Any:
        x = x - mean(x)
        scale = jax.lax.rsqrt(mean(x * x) + EPSILON)
        return x * scale, (x * scale, scale)

    def backward(kept: Any, slope: Any) -> Any:
        found, scale = kept
        return (scale * (slope - mean(slope) - found * mean(slope * found)),)

    rule = jax.custom_vjp(lambda x: forward(x)[0])
    rule.defvjp(forward, backward)
    return rule
