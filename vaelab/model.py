"""The only model class: an encoder, a waist, a decoder. What it is trained for is the objective's business."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax
import numpy as np
from flax import nnx

from vaelab.architecture import Architecture
from vaelab.bottlenecks import Code
from vaelab.errors import CheckpointError
from vaelab.nets.layers import Shape
from vaelab.nets.stack import Stack


class Forward(NamedTuple):
    """One pass through a model."""

    code: Code
    parameters: jax.Array  # [B, *output]: what the likelihood reads


class Autoencoder(nnx.Module):
    """x -> code -> parameters of p(x|z); `initial(name, shape)` gives each array its first numbers."""

    def __init__(self, architecture: Architecture, initial: Callable[[str, Shape], np.ndarray]):
        self.bottleneck = architecture.bottleneck
        self.encoder, self.head, self.tail, self.decoder = (
            Stack(program, name, initial) for name, program in architecture.programs().items()
        )

    def encode(self, x: jax.Array, *, key: jax.Array | None = None, sampling_scale: float | jax.Array = 1.0) -> Code:
        """[B, *input] -> code with z [B, size]; without a key, z is the posterior mean."""
        return self.bottleneck.read(self.head(self.encoder(x)), key, sampling_scale)

    def decode(self, z: jax.Array) -> jax.Array:
        """[B, size] -> parameters of the likelihood [B, *output]."""
        return self.decoder(self.tail(z))

    def __call__(
        self, x: jax.Array, *, key: jax.Array | None = None, sampling_scale: float | jax.Array = 1.0
    ) -> Forward:
        """[B, *input] -> code and parameters."""
        code = self.encode(x, key=key, sampling_scale=sampling_scale)
        return Forward(code, self.decode(code.z))


def parameters(model: Autoencoder) -> dict[str, np.ndarray]:
    """The trained arrays by the names of `Architecture.parameters`."""
    return {_name(path): np.asarray(value) for path, value in nnx.to_flat_state(nnx.state(model, nnx.Param))}


def load_parameters(model: Autoencoder, arrays: Mapping[str, np.ndarray]) -> None:
    """Put arrays into a model in place; raises `CheckpointError` when a name or shape does not fit."""
    flat = dict(nnx.to_flat_state(nnx.state(model, nnx.Param)))
    wanted = {_name(path): value[...].shape for path, value in flat.items()}
    found = {name: array.shape for name, array in arrays.items()}
    if wanted != found:
        odd = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
        raise CheckpointError(f"The parameters do not fit the model at {', '.join(odd[:3])}; was the recipe changed?")
    state = {path: value.replace(arrays[_name(path)]) for path, value in flat.items()}
    nnx.update(model, nnx.from_flat_state(state))


def _name(path: tuple) -> str:
    """`('decoder', 'layers', '1', 'kernel')` -> `decoder/1/kernel`."""
    part, _, index, array = path
    return f"{part}/{index}/{array}"
