"""Networks as programs: a list of layers that says everything about a network but its numbers.

A layer is a frozen description with a shape rule and its equation. The same list is run by JAX (`Stack`) and, for
decoders, by the browser, so both compute one definition. Building a program needs no JAX: parameter names and shapes
are known before any memory is spent. Arrays are channels-last with the batch in front, `[B, ..., C]`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, Literal, NamedTuple

from vaelab.lazy import jax, jnp

Shape = tuple[int, ...]
Function = Literal["relu", "tanh", "sigmoid", "gelu", "softplus", "elu", "silu", "identity"]


@dataclass(frozen=True)
class Layer:
    """One step of a program; `shape` rules are without the batch axis."""

    kind: ClassVar[str]

    def output_shape(self, shape: Shape) -> Shape:
        """The shape that leaves the layer."""
        return shape

    def parameters(self) -> dict[str, Shape]:
        """Names and shapes of the layer's trained arrays."""
        return {}

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """Apply the layer to `[B, *shape]`."""
        raise NotImplementedError


@dataclass(frozen=True)
class Linear(Layer):
    """y = x W + b on the last axis: a dense layer, or a 1x1 convolution over positions."""

    inputs: int
    outputs: int
    kind: ClassVar[str] = "linear"

    def output_shape(self, shape: Shape) -> Shape:
        """[..., inputs] -> [..., outputs]."""
        return (*shape[:-1], self.outputs)

    def parameters(self) -> dict[str, Shape]:
        """Kernel [inputs, outputs] and bias [outputs]."""
        return {"kernel": (self.inputs, self.outputs), "bias": (self.outputs,)}

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, ..., inputs] -> [B, ..., outputs]."""
        # One matrix product over all positions at once, whatever the rank.
        y = x.reshape(-1, self.inputs) @ parameters["kernel"] + parameters["bias"][None]
        return y.reshape(*x.shape[:-1], self.outputs)


@dataclass(frozen=True)
class Activation(Layer):
    """An elementwise function by its usual name."""

    function: Function
    kind: ClassVar[str] = "activation"

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, ...] -> [B, ...]."""
        return x if self.function == "identity" else getattr(jax.nn, self.function)(x)


@dataclass(frozen=True)
class Reshape(Layer):
    """The same numbers in another shape."""

    shape: Shape
    kind: ClassVar[str] = "reshape"

    def output_shape(self, shape: Shape) -> Shape:
        """Any shape of as many entries."""
        return self.shape

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, ...] -> [B, *shape]."""
        return x.reshape(x.shape[0], *self.shape)


@dataclass(frozen=True)
class Merge(Layer):
    """Gather 2x2 patches into channels: with `Linear`, a convolution of kernel 2 and stride 2 (space to depth).

    Written as a reshape because a library convolution inside a compiled loop is an order of magnitude slower on CPU.
    """

    channels: int  # of one pixel
    kind: ClassVar[str] = "merge"

    def output_shape(self, shape: Shape) -> Shape:
        """[H, W, C] -> [H/2, W/2, 4C]."""
        return (shape[0] // 2, shape[1] // 2, 4 * self.channels)

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, H, W, C] -> [B, H/2, W/2, 4C]."""
        batch, height, width, channels = x.shape
        x = x.reshape(batch, height // 2, 2, width // 2, 2, channels)
        return x.transpose(0, 1, 3, 2, 4, 5).reshape(batch, height // 2, width // 2, 4 * channels)


@dataclass(frozen=True)
class Split(Layer):
    """Spread channels over 2x2 patches, the inverse of `Merge` (depth to space; Shi et al. 2016, sub-pixel)."""

    channels: int  # of one pixel
    kind: ClassVar[str] = "split"

    def output_shape(self, shape: Shape) -> Shape:
        """[H, W, 4C] -> [2H, 2W, C]."""
        return (2 * shape[0], 2 * shape[1], self.channels)

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, H, W, 4C] -> [B, 2H, 2W, C]."""
        batch, height, width, _ = x.shape
        x = x.reshape(batch, height, width, 2, 2, self.channels)
        return x.transpose(0, 1, 3, 2, 4, 5).reshape(batch, 2 * height, 2 * width, self.channels)


@dataclass(frozen=True)
class Pad(Layer):
    """Zeros below and to the right, so that the sides divide by the strides."""

    height: int
    width: int
    kind: ClassVar[str] = "pad"

    def output_shape(self, shape: Shape) -> Shape:
        """[H, W, C] -> [height, width, C]."""
        return (self.height, self.width, shape[2])

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, H, W, C] -> [B, height, width, C]."""
        return jnp.pad(x, ((0, 0), (0, self.height - x.shape[1]), (0, self.width - x.shape[2]), (0, 0)))


@dataclass(frozen=True)
class Crop(Layer):
    """The top-left corner: undoes `Pad`."""

    height: int
    width: int
    kind: ClassVar[str] = "crop"

    def output_shape(self, shape: Shape) -> Shape:
        """[H, W, C] -> [height, width, C]."""
        return (self.height, self.width, shape[2])

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, H, W, C] -> [B, height, width, C]."""
        return x[:, : self.height, : self.width]


class Program(NamedTuple):
    """A network: the shape that enters, and the layers in order."""

    input_shape: Shape
    layers: tuple[Layer, ...]

    @property
    def output_shape(self) -> Shape:
        """The shape that leaves, without the batch axis."""
        shape = self.input_shape
        for layer in self.layers:
            shape = layer.output_shape(shape)
        return shape

    @property
    def input_size(self) -> int:
        """Numbers that enter, per example."""
        return prod(self.input_shape)

    def parameters(self) -> dict[str, Shape]:
        """Shapes of all trained arrays, named `layer index/array`."""
        return {
            f"{index}/{name}": shape
            for index, layer in enumerate(self.layers)
            for name, shape in layer.parameters().items()
        }
