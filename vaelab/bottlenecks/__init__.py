"""Bottlenecks: each owns both projections of the waist, `features -> code` and `z -> features`.

A new bottleneck is one file with `head`, `tail` and `read` and its name in the union below.
"""

from vaelab.bottlenecks.codes import GaussianCode, PointCode
from vaelab.bottlenecks.gaussian import Gaussian
from vaelab.bottlenecks.point import Point

Bottleneck = Point | Gaussian
Code = PointCode | GaussianCode

__all__ = ["Bottleneck", "Code", "Gaussian", "GaussianCode", "Point", "PointCode"]
