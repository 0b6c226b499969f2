"""The layers of recurrent networks: one that reads a sequence, one that writes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from vaelab.lazy import jnp
from vaelab.nets.cells import CELLS, CellName, State, states
from vaelab.nets.layers import NOTHING, Context, Layer, Shape
from vaelab.nets.products import product


@dataclass(frozen=True)
class Recurrence(Layer):
    """Reads a sequence and keeps the last state, which begins with zeros."""

    cell: CellName
    inputs: int  # per step
    hidden: int
    kind: ClassVar[str] = "recurrence"

    def output_shape(self, shape: Shape) -> Shape:
        """[T, inputs] -> [1, hidden]."""
        return (1, self.hidden)

    def parameters(self) -> dict[str, Shape]:
        """Kernels of the input and of the state, their columns gate by gate, and the biases of four sums."""
        return _parameters(self.cell, self.inputs, self.hidden)

    def multiplications(self, shape: Shape) -> int:
        """Those of one step, since the next one waits for it."""
        return super().multiplications((1, self.inputs))

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, T, inputs] -> [B, 1, hidden]."""
        start = CELLS[self.cell].start(jnp.zeros((x.shape[0], self.hidden), x.dtype))
        return _driven(self.cell, start, x.swapaxes(0, 1), parameters)[-1][:, None]


@dataclass(frozen=True)
class Unroll(Layer):
    """Writes a sequence from its first state: every step is told the output of the one before, the first one zeros.

    Sutskever et al. 2014; as an autoencoder Srivastava et al. 2015. Where a likelihood has more than a mean per number,
    the mean alone is fed back, the first `channels` of the `outputs` at each position of a step. With
    `teacher_forcing`, while training, the true number takes its place (Williams & Zipser 1989), so that all steps are
    known beforehand.
    """

    cell: CellName
    hidden: int
    steps: int
    positions: int  # per step: 1 in a sequence, the width of an image
    outputs: int  # per position
    channels: int  # per position that are fed back
    teacher_forcing: bool
    kind: ClassVar[str] = "unroll"

    @property
    def inputs(self) -> int:
        """Numbers that a step is told."""
        return self.positions * self.channels

    def output_shape(self, shape: Shape) -> Shape:
        """[1, hidden] -> [T, positions * outputs]."""
        return (self.steps, self.positions * self.outputs)

    def parameters(self) -> dict[str, Shape]:
        """Those of `Recurrence`, and the linear map from the state to the output."""
        outputs = self.positions * self.outputs
        own = {"output_kernel": (self.hidden, outputs), "output_bias": (outputs,)}
        return _parameters(self.cell, self.inputs, self.hidden) | own

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, 1, hidden] -> [B, T, positions * outputs]."""
        return self.run(x, parameters, NOTHING)

    def run(self, x: Any, parameters: dict[str, Any], context: Context) -> Any:
        """The same, told the teacher's sequence instead of its own where that is wanted and there is one."""
        start = CELLS[self.cell].start(x[:, 0])
        if self.teacher_forcing and context.teacher is not None:
            told = context.teacher.reshape(x.shape[0], self.steps, self.inputs).swapaxes(0, 1)
            told = jnp.concatenate([jnp.zeros_like(told[:1]), told[:-1]])
            h = _driven(self.cell, start, told, parameters)
        else:
            h = self._free(start, parameters)
        # One matrix product over all steps.
        y = product(h.reshape(-1, self.hidden), parameters["output_kernel"]) + parameters["output_bias"][None]
        return y.reshape(self.steps, x.shape[0], -1).swapaxes(0, 1)

    def _free(self, start: State, parameters: dict[str, Any]) -> Any:
        """All h, [T, B, hidden], each step told the mean m = V h + c of the one before.

        The output is linear in the state, so what it adds to the sums, U m = U V h + U c, is a product with the state
        too: with the kernel U V joined to the recurrent one the loop has one product per step, not three.
        """
        cell = CELLS[self.cell]
        kernel, recurrent = cell.wide(parameters["kernel"], False), cell.wide(parameters["recurrent"], True)
        bias = parameters["bias"]
        first = cell.step(start, tuple(jnp.split(start[0] @ recurrent + bias[None], 4, axis=-1)))
        folded = recurrent + self._means(parameters["output_kernel"]) @ kernel
        told = (self._means(parameters["output_bias"][None]) @ kernel)[0]

        def step(state: State, x: Any, sums: Any) -> State:
            return cell.step(state, tuple(jnp.split(sums, 4, axis=-1)))

        rest = states(step, first, None, folded, bias + told, self.steps - 1)
        return jnp.concatenate([first[0][None], rest])

    def _means(self, outputs: Any) -> Any:
        """[n, positions * outputs] -> [n, positions * channels]."""
        return outputs.reshape(-1, self.positions, self.outputs)[..., : self.channels].reshape(-1, self.inputs)


def _parameters(name: CellName, inputs: int, hidden: int) -> dict[str, Shape]:
    width = CELLS[name].blocks * hidden
    return {"kernel": (inputs, width), "recurrent": (hidden, width), "bias": (4 * hidden,)}


def _driven(name: CellName, start: State, x: Any, parameters: dict[str, Any]) -> Any:
    """All h, [T, B, hidden], of a sequence that is known, [T, B, inputs]: its products are one for all steps."""
    cell = CELLS[name]
    length, batch, inputs = x.shape
    outer, inner = cell.bias(parameters["bias"])
    products = (product(x.reshape(-1, inputs), parameters["kernel"]) + outer[None]).reshape(length, batch, -1)

    def step(state: State, x: Any, h: Any) -> State:
        return cell.step(state, cell.sums(x, h))

    return states(step, start, products, parameters["recurrent"], inner, length)
