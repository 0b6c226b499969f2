"""Bottlenecks: each owns both projections of the waist, `features -> code` and `z -> features`.

A new bottleneck is one file with a class derived from `Waist`, with `head`, `tail` and `read`, and its name in the
union below; `has_prior` says whether its codes are trained to follow N(0, I), and `settle` is called after every step.
"""

from vaelab.bottlenecks.codes import GaussianCode, PointCode, QuantizedCode
from vaelab.bottlenecks.gaussian import Gaussian
from vaelab.bottlenecks.point import Point
from vaelab.bottlenecks.quantized import Quantized
from vaelab.bottlenecks.tokens import Tokens
from vaelab.bottlenecks.top_k import TopK

Bottleneck = Point | Gaussian | TopK | Quantized | Tokens
Code = PointCode | GaussianCode | QuantizedCode

__all__ = [
    "Bottleneck", "Code", "Gaussian", "GaussianCode", "Point", "PointCode", "Quantized", "QuantizedCode", "Tokens",
    "TopK",
]
