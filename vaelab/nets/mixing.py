"""softmax(Q K^T) V and its derivative, written so that a processor meets products of one kind only.

Attention multiplies many small matrices, one per example and head. On a CPU a product whose left matrix is read down
its columns takes 2.7 times as long as one that reads rows, and the derivative that JAX finds has two of them. Here the
narrow matrix, of d columns, is turned around in memory instead, and comes first: dV^T = dO^T P, dK^T = Q^T dS.
The sums of dP P over the keys, which the softmax's derivative wants, are those of dO O over d numbers: Dao et al. 2022,
appendix B.2.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from vaelab.lazy import jax, jnp


def mixed(queries: Any, keys: Any, values: Any) -> Any:
    """[B, heads, T, d] each -> softmax(Q K^T) V, [B, heads, T, d]. It has no derivative in forward mode."""
    return _mixed()(queries, keys, values)


@cache
def _mixed() -> Any:
    """Made at the first use, since it needs JAX."""

    def forward(queries: Any, keys: Any, values: Any) -> Any:
        scores = _product(queries, keys, transposed=True)
        powers = jnp.exp(scores - scores.max(axis=-1, keepdims=True))
        # As a product the sums are computed once; a sum would be joined with those who read it, d times.
        sums = _product(powers, jnp.ones_like(values[..., :1]))
        found = _product(powers, values) / sums  # The sums divide the d numbers that were mixed, not the T shares.
        return found, (queries, keys, values, powers, sums, found)

    def backward(kept: Any, slope: Any) -> Any:
        queries, keys, values, powers, sums, found = kept
        slope = slope / sums
        level = (slope * found).sum(axis=-1, keepdims=True)
        slopes = powers * (_product(slope, values, transposed=True) - level)  # of the scores
        of_keys, of_values = _product(_turned(queries), slopes), _product(_turned(slope), powers)
        return _product(slopes, keys), of_keys.swapaxes(-1, -2), of_values.swapaxes(-1, -2)

    rule = jax.custom_vjp(lambda *inner: forward(*inner)[0])
    rule.defvjp(forward, backward)
    return rule


def _product(left: Any, right: Any, *, transposed: bool = False) -> Any:
    """[B, heads, m, k] and [B, heads, k, n], or [B, heads, n, k] where that is `transposed` -> [B, heads, m, n]."""
    return jax.lax.dot_general(left, right, (((3,), (3 if transposed else 2,)), ((0, 1), (0, 1))))


def _turned(x: Any) -> Any:
    """[B, heads, T, d] -> [B, heads, d, T] in memory."""
    # Without the barrier the product would be given the columns after all.
    return jax.lax.optimization_barrier(x.swapaxes(-1, -2))
