"""The shape of a model before it has numbers: four programs and the arrays they need.

    x -> encoder -> features [T, F] -> head -> statistics -> z -> tail -> features [T, F] -> decoder -> parameters

Nothing here needs JAX, so a file's claims can be checked, and a decoder handed to the browser, without it.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from vaelab.bottlenecks import Bottleneck
from vaelab.errors import RecipeError
from vaelab.nets import Backbone, Program, Shape

MAXIMUM_PARAMETERS = 50_000_000  # 200 MB of float32; with gradients and Adam four times that.


class Architecture(NamedTuple):
    """The programs of an autoencoder and its bottleneck."""

    encoder: Program  # [*input] -> [T, F]
    head: Program  # [T, F] -> statistics
    tail: Program  # [size] -> [T, F]
    decoder: Program  # [T, F] -> [*output]
    bottleneck: Bottleneck

    def programs(self) -> dict[str, Program]:
        """The programs by the names that prefix their parameters."""
        return {"encoder": self.encoder, "head": self.head, "tail": self.tail, "decoder": self.decoder}

    def parameters(self) -> dict[str, Shape]:
        """Shapes of all trained arrays, named `program/layer index/array`."""
        return {
            f"{part}/{name}": shape
            for part, program in self.programs().items()
            for name, shape in program.parameters().items()
        }

    def generator(self) -> list[tuple[str, Program]]:
        """The programs from a code to an image, in order."""
        return [("tail", self.tail), ("decoder", self.decoder)]


def design(backbone: Backbone, bottleneck: Bottleneck, shape: Shape, output_shape: Shape) -> Architecture:
    """Fit a backbone and a bottleneck to the shapes of the data; raises `RecipeError` where it would be too large."""
    encoder, decoder = backbone.encoder(shape), backbone.decoder(output_shape)
    architecture = Architecture(
        encoder=encoder,
        head=bottleneck.head(encoder.output_shape),
        tail=bottleneck.tail(decoder.input_shape),
        decoder=decoder,
        bottleneck=bottleneck,
    )
    if (count := parameter_count(architecture)) > MAXIMUM_PARAMETERS:
        raise RecipeError(
            f"The model would have {count:,} parameters, more than the limit of {MAXIMUM_PARAMETERS:,}; "
            "choose smaller hidden sizes, fewer channels or a smaller latent size."
        )
    return architecture


def parameter_count(architecture: Architecture) -> int:
    """Trained numbers in all."""
    return sum(prod(shape) for shape in architecture.parameters().values())
