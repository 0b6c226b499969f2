"""The two projections of a vector-valued waist, shared by the bottlenecks that have one."""

from __future__ import annotations

from math import prod

from vaelab.nets.layers import Layer, Linear, Program, Shape
from vaelab.nets.rearranging import Reshape


def flatten_to(features: Shape, outputs: int, *then: Layer) -> Program:
    """Features [T, F] -> [outputs]."""
    return Program(features, (Reshape((prod(features),)), Linear(prod(features), outputs), *then))


def expand_from(size: int, features: Shape) -> Program:
    """Code [size] -> features [T, F]."""
    return Program((size,), (Linear(size, prod(features)), Reshape(features)))
