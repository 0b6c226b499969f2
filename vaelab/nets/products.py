"""Matrix products of networks, in the precision that training asks for.

Mixed precision: numbers are kept in float32 and rounded to bfloat16 (8 bits of 24, the same range) for a product, whose
terms are added in float32, on the way forward and on the way back. Sums over pixels and latents, norms, the loss and
the optimizer stay in float32, so that no loss scaling is needed. Micikevicius et al. 2018; Kalamkar et al. 2019.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Literal

from vaelab.lazy import jax, jnp

Precision = Literal["float32", "bfloat16"]
_precision: ContextVar[Precision] = ContextVar("precision", default="float32")


@contextmanager
def computing_in(precision: Precision) -> Iterator[None]:
    """What is traced inside computes the products of its networks so; whoever traces makes it part of the program."""
    token = _precision.set(precision)
    try:
        yield
    finally:
        _precision.reset(token)


def product(x: Any, kernel: Any) -> Any:
    """[N, n] and [n, m] -> [N, m]."""
    return x @ kernel if _precision.get() == "float32" else _rounded()(x, kernel)


@cache
def _rounded() -> Any:
    """The product in bfloat16; made at the first use, since it needs JAX.

    By a rule of its own: derived from that of the first product, the two on the way back would be in float32. It has no
    derivative in forward mode.
    """

    def dot(left: Any, right: Any, axes: tuple[int, int]) -> Any:
        left, right = left.astype(jnp.bfloat16), right.astype(jnp.bfloat16)
        dimensions = (((axes[0],), (axes[1],)), ((), ()))
        return jax.lax.dot_general(left, right, dimensions, preferred_element_type=jnp.float32)

    def forward(x: Any, kernel: Any) -> Any:
        return dot(x, kernel, (1, 0)), (x, kernel)

    def backward(kept: Any, slope: Any) -> Any:
        x, kernel = kept
        return dot(slope, kernel, (1, 1)), dot(x, slope, (0, 0))

    rounded = jax.custom_vjp(lambda x, kernel: dot(x, kernel, (1, 0)))
    rounded.defvjp(forward, backward)
    return rounded
