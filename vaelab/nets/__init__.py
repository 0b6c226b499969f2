"""Backbones: each builds the programs of an encoder, `shape -> features [T, F]`, and of its decoder back.

A new backbone is one file with `encoder(shape)` and `decoder(shape, data)` and its name in the union below: `shape` is
of what leaves the decoder, `data` of what it describes. `tied` says whether its decoder uses the encoder's kernels.
"""

from vaelab.nets.conv import Conv
from vaelab.nets.dense import Dense
from vaelab.nets.layers import Layer, Linear, Program, Shape, Tied
from vaelab.nets.patch import Patch
from vaelab.nets.recurrent import Recurrent

Backbone = Dense | Conv | Recurrent | Patch

__all__ = ["Backbone", "Conv", "Dense", "Layer", "Linear", "Patch", "Program", "Recurrent", "Shape", "Tied"]
