"""Recurrent cells, and the loop over time that runs them.

A cell is its elementwise part: what it makes of its state and of four sums, its gates before their functions. The
matrix products are the loop's: one per step, with the state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from vaelab.lazy import jax, jnp

CellName = Literal["gru", "lstm"]
State = tuple[Any, ...]  # Arrays [B, H]; the first is what is read, h.


@dataclass(frozen=True)
class GRU:
    """h' = (1 - z) n + z h, n = tanh(x_n + r h_n), r = sigmoid(x_r + h_r), z = sigmoid(x_z + h_z). Cho et al. 2014.

    The reset gate r acts on the product with h rather than on h, so that one product per step makes all of them.
    """

    blocks: ClassVar[int] = 3  # r, z, n: kernels are [inputs, 3 H].

    def start(self, features: Any) -> State:
        """[B, H] of any size -> a state, whose numbers lie between -1 and 1."""
        return (jnp.tanh(features),)

    def sums(self, x: Any, h: Any) -> State:
        """Products with the input and the state [B, 3 H] -> x_r + h_r, x_z + h_z, x_n, h_n."""
        (x_r, x_z, x_n), (h_r, h_z, h_n) = jnp.split(x, 3, axis=-1), jnp.split(h, 3, axis=-1)
        return x_r + h_r, x_z + h_z, x_n, h_n

    def step(self, state: State, sums: State) -> State:
        """One step in time."""
        r, z, x_n, h_n = sums
        z = jax.nn.sigmoid(z)
        return ((1 - z) * jnp.tanh(x_n + jax.nn.sigmoid(r) * h_n) + z * state[0],)

    def bias(self, bias: Any) -> tuple[Any, Any]:
        """The biases [4 H] of the sums -> those that join the product with the input and with the state."""
        hidden = bias.shape[0] // 4
        return bias[: 3 * hidden], jnp.concatenate([jnp.zeros(2 * hidden, bias.dtype), bias[3 * hidden :]])

    def wide(self, kernel: Any, of_state: bool) -> Any:
        """[n, 3 H] -> [n, 4 H]: the columns of the four sums, with zeros where a product does not reach."""
        gates, last = jnp.split(kernel, [2 * kernel.shape[1] // 3], axis=1)
        none = jnp.zeros_like(last)
        return jnp.concatenate([gates, none, last] if of_state else [gates, last, none], axis=1)


@dataclass(frozen=True)
class LSTM:
    """c' = f c + i g, h' = o tanh(c'), i, f, o sigmoids and g the tanh of x + h. Hochreiter & Schmidhuber 1997.

    The forget gate is sigmoid(1 + x_f + h_f), open at the start, whatever its trained bias begins with: Gers et al.
    2000; Jozefowicz et al. 2015.
    """

    blocks: ClassVar[int] = 4  # i, f, g, o: kernels are [inputs, 4 H].

    def start(self, features: Any) -> State:
        """[B, H] of any size -> h and c, as though the output gate were open."""
        return jnp.tanh(features), features

    def sums(self, x: Any, h: Any) -> State:
        """Products with the input and the state [B, 4 H] -> the four gates' sums."""
        return tuple(jnp.split(x + h, 4, axis=-1))

    def step(self, state: State, sums: State) -> State:
        """One step in time."""
        i, f, g, o = sums
        c = jax.nn.sigmoid(1 + f) * state[1] + jax.nn.sigmoid(i) * jnp.tanh(g)
        return jax.nn.sigmoid(o) * jnp.tanh(c), c

    def bias(self, bias: Any) -> tuple[Any, Any]:
        """All biases join the product with the input."""
        return bias, jnp.zeros_like(bias)

    def wide(self, kernel: Any, of_state: bool) -> Any:
        """[n, 4 H] as it is: every product reaches all four sums."""
        return kernel


CELLS: dict[CellName, GRU | LSTM] = {"gru": GRU(), "lstm": LSTM()}


def states(step: Callable, start: State, inputs: Any, kernel: Any, bias: Any, length: int) -> Any:
    """h of every step, [T, B, H], time first.

    `step(state, x_t, h W + b) -> state` is elementwise, x_t one of `inputs` [T, B, X] or None.
    """

    def body(state: State, x: Any) -> tuple[State, Any]:
        state = step(state, x, state[0] @ kernel + bias[None])
        return state, state[0]

    return jax.lax.scan(body, start, inputs, length)[1]
