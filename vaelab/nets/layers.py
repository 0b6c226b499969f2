"""Networks as programs: a list of layers that says everything about a network but its numbers.

A layer is a frozen description with a shape rule and its equation. The same list is run by JAX (`Stack`) and, for
decoders, by the browser, so both compute one definition. Building a program needs no JAX: parameter names and shapes
are known before any memory is spent. Arrays are channels-last with the batch in front, `[B, ..., C]`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, Literal, NamedTuple

from vaelab.lazy import jax, jnp
from vaelab.nets.products import product

Shape = tuple[int, ...]
Function = Literal["relu", "tanh", "sigmoid", "gelu", "softplus", "elu", "silu", "identity"]
Mean = Literal["continuous_bernoulli_mean"]  # What only a likelihood applies, to the decoder's outputs.


class Context(NamedTuple):
    """What some layers read besides their input; each is None where there is nothing to say."""

    visible: Any = None  # int32 [B, V]: the patches that were not hidden, so that the others need not be computed
    teacher: Any = None  # [B, *output]: the sequence that a recurrent decoder is to follow
    lend: Callable[[str], Any] | None = None  # An array of another program by its path, for layers that borrow.


NOTHING = Context()


def apply(function: Function | Mean, x: Any) -> Any:
    """An elementwise function by its name."""
    match function:
        case "identity":
            return x
        case "continuous_bernoulli_mean":
            return continuous_bernoulli_mean(x)
    return getattr(jax.nn, function)(x)


def continuous_bernoulli_mean(x: Any) -> Any:
    """1 / (1 - e^-x) - 1 / x, from logits. Loaiza-Ganem & Cunningham 2019, sec. 3."""
    # The poles at 0 cancel: near it, the Taylor series.
    small = jnp.abs(x) < 1
    near = jnp.where(small, x, 0.0)
    square = near * near
    series = 0.5 + near * (1 / 12 - square * (1 / 720 - square * (1 / 30240 - square / 1209600)))
    far = jnp.where(small, 1.0, x)
    # Beyond 80 the first term is 0 or 1, but its derivative would be infinity times 0.
    return jnp.where(small, series, -1 / jnp.expm1(jnp.clip(-far, -80, 80)) - 1 / far)


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

    def multiplications(self, shape: Shape) -> int:
        """How many it takes for one example of that shape; where time passes, those of one step of it."""
        return prod(shape[:-1]) * sum(prod(each) for each in self.parameters().values() if len(each) == 2)

    def borrowed(self) -> dict[str, str]:
        """Arrays that belong to a layer of another program: their names here, and `program/layer index/array`."""
        return {}

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """Apply the layer to `[B, *shape]`."""
        raise NotImplementedError

    def run(self, x: Any, parameters: dict[str, Any], context: Context) -> Any:
        """Apply the layer where more than its input may matter."""
        return self(x, parameters)


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
        y = product(x.reshape(-1, self.inputs), parameters["kernel"]) + parameters["bias"][None]
        return y.reshape(*x.shape[:-1], self.outputs)


@dataclass(frozen=True)
class Tied(Layer):
    """y = x W^T + b with the kernel W of another layer: tied weights, as in Vincent et al. 2010, sec. 2.2."""

    inputs: int
    outputs: int
    source: str  # `program/layer index/kernel`, of shape [outputs, inputs]
    kind: ClassVar[str] = "tied"

    def output_shape(self, shape: Shape) -> Shape:
        """[..., inputs] -> [..., outputs]."""
        return (*shape[:-1], self.outputs)

    def parameters(self) -> dict[str, Shape]:
        """A bias of its own, [outputs]."""
        return {"bias": (self.outputs,)}

    def multiplications(self, shape: Shape) -> int:
        """Those of the kernel, at every position."""
        return prod(shape) * self.outputs

    def borrowed(self) -> dict[str, str]:
        """The kernel."""
        return {"kernel": self.source}

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, ..., inputs] -> [B, ..., outputs]."""
        y = product(x.reshape(-1, self.inputs), parameters["kernel"].T) + parameters["bias"][None]
        return y.reshape(*x.shape[:-1], self.outputs)


@dataclass(frozen=True)
class Activation(Layer):
    """An elementwise function by its usual name."""

    function: Function | Mean
    kind: ClassVar[str] = "activation"

    def __call__(self, x: Any, parameters: dict[str, Any]) -> Any:
        """[B, ...] -> [B, ...]."""
        return apply(self.function, x)


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

    def borrowed(self) -> tuple[str, ...]:
        """Paths of the arrays that layers use but do not own."""
        return tuple(path for layer in self.layers for path in layer.borrowed().values())
