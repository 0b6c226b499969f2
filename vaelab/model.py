"""The only model class: an encoder, a waist, a decoder. What it is trained for is the objective's business."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from vaelab.architecture import Architecture
from vaelab.bottlenecks import Code
from vaelab.errors import CheckpointError, VaelabError
from vaelab.nets.layers import NOTHING, Context, Shape
from vaelab.nets.stack import Stack
from vaelab.transfer import to_device


class Forward(NamedTuple):
    """One pass through a model."""

    seen: jax.Array  # [B, *input]: what the encoder saw
    condition: jax.Array | None  # int [B]: the class it was told
    code: Code
    parameters: jax.Array  # [B, *output]: what the likelihood reads


class Autoencoder(nnx.Module):
    """x -> code -> parameters of p(x|z); `initial(name, shape)` gives each array its first numbers.

    A model of a recipe with a condition wants the class, int [B], on both sides of the code; others ignore it.
    """

    def __init__(self, architecture: Architecture, initial: Callable[[str, Shape], np.ndarray]):
        self.architecture = architecture
        self.bottleneck = architecture.bottleneck
        self.latent = architecture.latent
        self.classes = architecture.classes
        self.encoder, self.head, self.tail, self.decoder = (
            Stack(program, name, initial) for name, program in architecture.programs().items()
        )

    def encode(
        self,
        x: jax.Array,
        condition: Any = None,
        *,
        key: jax.Array | None = None,
        sampling_scale: float | jax.Array = 1.0,
        context: Context = NOTHING,
    ) -> Code:
        """[B, *input] -> code with z [B, latent]; without a key, z is the posterior mean."""
        features = self.features(x, condition, context)
        return self.bottleneck.read(self.head(features, context), key, sampling_scale)

    def features(self, x: jax.Array, condition: Any = None, context: Context = NOTHING) -> jax.Array:
        """[B, *input] -> what the head reads, [B, T, F + classes]."""
        features = self.encoder(x, context)
        if not self.classes:
            return features
        told = jnp.broadcast_to(self._one_hot(condition)[:, None], (*features.shape[:-1], self.classes))
        return jnp.concatenate([features, told], axis=-1)

    def decode(self, z: jax.Array, condition: Any = None, *, context: Context = NOTHING) -> jax.Array:
        """[B, latent] -> parameters of the likelihood [B, *output]."""
        if self.classes:
            z = jnp.concatenate([z, self._one_hot(condition)], axis=-1)
        # Behind the code there is a token at every place again.
        context = context._replace(lend=self.array, visible=None)
        return self.decoder(self.tail(z, context), context)

    def __call__(
        self,
        x: jax.Array,
        condition: Any = None,
        *,
        key: jax.Array | None = None,
        sampling_scale: float | jax.Array = 1.0,
        context: Context = NOTHING,
    ) -> Forward:
        """[B, *input] -> code and parameters."""
        code = self.encode(x, condition, key=key, sampling_scale=sampling_scale, context=context)
        return Forward(x, condition, code, self.decode(code.z, condition, context=context))

    def settle(self, code: Code, key: jax.Array) -> None:
        """Let the bottleneck learn in place what no gradient teaches, from the codes of a batch."""
        self.bottleneck.settle(self.tail, code, key)

    def array(self, path: str) -> jax.Array:
        """A trained array by its name in `Architecture.parameters`."""
        part, index, name = path.split("/")
        return getattr(self, part).array(index, name)

    def arrays(self) -> dict[str, jax.Array]:
        """The trained arrays by their names in `Architecture.parameters`, on the device as they are now."""
        return {
            f"{part}/{name}": array
            for part in self.architecture.programs()
            for name, array in getattr(self, part).arrays()
        }

    def _one_hot(self, condition: Any) -> jax.Array:
        if condition is None:
            raise VaelabError(f"This model is told the class of each example: give {self.classes} classes as numbers.")
        return jax.nn.one_hot(condition, self.classes)


def assembled(architecture: Architecture, arrays: Mapping[str, Any]) -> Autoencoder:
    """A model with these arrays, by the names of `Architecture.parameters`: how a compiled program gets its model.

    A program that is given `model.architecture` and `model.arrays()` needs no `nnx.split`, which takes half a
    millisecond for a small model, many times what decoding a code does.
    """
    return Autoencoder(architecture, lambda name, _: arrays[name])


def parameters(model: Autoencoder) -> dict[str, np.ndarray]:
    """The trained arrays by the names of `Architecture.parameters`."""
    return {name: np.asarray(array) for name, array in model.arrays().items()}


def load_parameters(model: Autoencoder, arrays: Mapping[str, np.ndarray]) -> None:
    """Put arrays into a model in place; raises `CheckpointError` when a name or shape does not fit."""
    flat = dict(nnx.to_flat_state(nnx.state(model, nnx.Param)))
    wanted = {_name(path): value[...].shape for path, value in flat.items()}
    found = {name: array.shape for name, array in arrays.items()}
    if wanted != found:
        odd = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
        raise CheckpointError(f"The parameters do not fit the model at {', '.join(odd[:3])}; was the recipe changed?")
    state = {path: value.replace(to_device(arrays[_name(path)])) for path, value in flat.items()}
    nnx.update(model, nnx.from_flat_state(state))


def _name(path: tuple) -> str:
    """`('decoder', 'layers', '1', 'kernel')` -> `decoder/1/kernel`."""
    part, _, index, array = path
    return f"{part}/{index}/{array}"
