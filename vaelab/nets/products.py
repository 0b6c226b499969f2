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
        dimensions = (((axes[0],), (axes[1],)), ((), ()))
        found = jax.lax.dot_general(left, right, dimensions, preferred_element_type=jnp.float32)
        # Without the barrier XLA turns a transposed product around once more, into one that the CPU refuses.
        return jax.lax.optimization_barrier(found)

    def forward(x: Any, kernel: Any) -> Any:
        x, kernel = _round(x), _round(kernel)
        return dot(x, kernel, (1, 0)), (x, kernel)

    def backward(kept: Any, slope: Any) -> Any:
        (x, kernel), slope = kept, _round(slope)
        return dot(slope, kernel, (1, 1)), dot(_transposed(x), slope, (1, 0))

    rounded = jax.custom_vjp(lambda x, kernel: forward(x, kernel)[0])
    rounded.defvjp(forward, backward)
    return rounded


def _round(x: Any) -> Any:
    """float32 -> bfloat16, to the nearest, a tie to the even one.

    What `astype` does, in whole numbers: on a CPU the compiler has no vector code for the other, which takes 2.4 times
    as long. Infinities stay, and so does the NaN of arithmetic.
    """
    bits = jax.lax.bitcast_convert_type(x, jnp.uint32)
    bits = (bits + jnp.uint32(0x7FFF) + (bits >> 16 & 1)) >> 16
    return jax.lax.bitcast_convert_type(bits.astype(jnp.uint16), jnp.bfloat16)


def _transposed(x: Any) -> Any:
    """[N, n] -> [n, N], in memory as well on a CPU.

    Its product in bfloat16 reads rows only; for columns XLA goes back to float32, which takes 3.5 times as long.
    """
    if jax.default_backend() != "cpu":
        return x.T
    from jax.experimental.layout import Layout, with_layout_constraint

    return with_layout_constraint(x.T, Layout(major_to_minor=(0, 1)))
