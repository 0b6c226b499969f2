"""Backbones: each builds the programs of an encoder, `shape -> features [T, F]`, and of its decoder back.

A new backbone is one file with `encoder(shape)` and `decoder(shape)` and its name in the union below.
"""

from vaelab.nets.conv import Conv
from vaelab.nets.dense import Dense
from vaelab.nets.layers import Layer, Program, Shape

Backbone = Dense | Conv

__all__ = ["Backbone", "Conv", "Dense", "Layer", "Program", "Shape"]
