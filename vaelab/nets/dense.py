"""Fully connected networks; with no hidden layer, the linear ones."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from vaelab.nets.layers import Activation, Function, Layer, Linear, Program, Shape
from vaelab.nets.rearranging import Reshape
from vaelab.spec import Spec, number, option


@dataclass(frozen=True)
class Dense(Spec):
    """An encoder of dense layers and its mirror image as decoder; features are one vector, [1, width]."""

    hidden: tuple[int, ...] = number(
        (400,), minimum=1, maximum=8192, label="Hidden sizes", help="Encoder widths, mirrored in the decoder."
    )
    activation: Function = option("relu", label="Activation", help="Between the layers; none is applied to the code.")
    tied: bool = option(False, label="Tied weights", help="The decoder uses the encoder's kernels, transposed.")

    def encoder(self, shape: Shape) -> Program:
        """[*shape] -> [1, last hidden size], or the flattened input where there is no hidden layer."""
        sizes = (prod(shape), *self.hidden)
        layers: list[Layer] = [Reshape((sizes[0],))]
        for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True):
            layers += [Linear(inputs, outputs), Activation(self.activation)]
        return Program(shape, (*layers, Reshape((1, sizes[-1]))))

    def decoder(self, shape: Shape, data: Shape) -> Program:
        """[1, last hidden size] -> [*shape]; linear at the end, the likelihood owns what follows."""
        sizes = (*reversed(self.hidden), prod(shape))
        layers: list[Layer] = []
        for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True):
            layers += [Activation(self.activation), Linear(inputs, outputs)]
        return Program((1, sizes[0]), (*layers, Reshape(shape)))
