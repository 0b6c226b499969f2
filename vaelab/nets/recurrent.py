"""Recurrent networks from a sequence to a vector and from the vector to the sequence."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from vaelab.nets.cells import CellName
from vaelab.nets.layers import Layer, Program, Shape
from vaelab.nets.rearranging import Reshape
from vaelab.nets.recurrence import Recurrence, Unroll
from vaelab.spec import Spec, number, option


@dataclass(frozen=True)
class Recurrent(Spec):
    """Reads steps one after the other and writes them again; images are sequences of their rows.

    Cho et al. 2014; as an autoencoder Srivastava et al. 2015. A decoder that follows a teacher learns to continue the
    true sequence and may leave the code unused (Bowman et al. 2016), so by default it follows itself.
    """

    cell: CellName = option("gru", label="Cell", help="'gru' has one state, 'lstm' a memory besides.")
    hidden: int = number(64, minimum=1, maximum=2048, label="Hidden size", help="Numbers in the state of the cell.")
    teacher_forcing: bool = option(
        False, label="Teacher forcing", help="While training, the decoder is told the true previous step, not its own."
    )
    tied: ClassVar[bool] = False

    def encoder(self, shape: Shape) -> Program:
        """[T, F], or [H, W, C] row by row -> the last state [1, hidden]."""
        rows: list[Layer] = [] if len(shape) == 2 else [Reshape((shape[0], prod(shape[1:])))]
        return Program(shape, (*rows, Recurrence(self.cell, prod(shape[1:]), self.hidden)))

    def decoder(self, shape: Shape, data: Shape) -> Program:
        """What a state begins with, [1, hidden] -> [T, outputs] or [H, W, outputs], linear at the end.

        Of the outputs at each position the first are taken for means and fed back, as many as `data` has numbers there.
        """
        steps, outputs = shape[0], shape[-1]
        unroll = Unroll(
            self.cell, self.hidden, steps, prod(shape[1:-1]), outputs, data[-1], self.teacher_forcing
        )
        rows: list[Layer] = [] if len(shape) == 2 else [Reshape(shape)]
        return Program((1, self.hidden), (unroll, *rows))
