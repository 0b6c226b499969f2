"""The shape of a model before it has numbers: four programs and the arrays they need.

    x -> encoder -> features [T, F] -> head -> statistics -> z -> tail -> features [T, F] -> decoder -> parameters

Where a model is told the class, one-hot numbers join every feature vector before the head, and z before the tail.
Nothing here needs JAX, so a file's claims can be checked, and a decoder handed to the browser, without it.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from vaelab.bottlenecks import Bottleneck
from vaelab.errors import RecipeError
from vaelab.nets import Backbone, Layer, Linear, Program, Shape, Tied

MAXIMUM_PARAMETERS = 50_000_000  # 200 MB of float32; with gradients and Adam four times that.
SMALL = 10_000_000  # Multiplications of a batch on its way through the model.


class Architecture(NamedTuple):
    """The programs of an autoencoder and its bottleneck."""

    encoder: Program  # [*input] -> [T, F]
    head: Program  # [T, F + classes] -> statistics
    tail: Program  # [latent + classes] -> [T, F]
    decoder: Program  # [T, F] -> [*output]
    bottleneck: Bottleneck
    classes: int  # that the model is told of, or 0

    @property
    def latent(self) -> int:
        """Numbers in a code z."""
        return self.tail.input_size - self.classes

    @property
    def multiplications(self) -> int:
        """Of one example on its way through the model; in recurrent layers those of one step in time."""
        count = 0
        for program in self.programs().values():
            shape = program.input_shape
            for layer in program.layers:
                count += layer.multiplications(shape)
                shape = layer.output_shape(shape)
        return count

    def is_small(self, batch_size: int) -> bool:
        """Whether a batch takes fewer than ten million multiplications: one thread trains it best, and in seconds."""
        return self.multiplications * batch_size < SMALL

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


def design(
    backbone: Backbone, bottleneck: Bottleneck, shape: Shape, output_shape: Shape, classes: int = 0
) -> Architecture:
    """Fit a backbone and a bottleneck to the shapes of the data; raises `RecipeError` where they do not fit."""
    encoder, decoder = backbone.encoder(shape), backbone.decoder(output_shape, shape)
    tokens, width = encoder.output_shape
    architecture = Architecture(
        encoder=encoder,
        head=bottleneck.head((tokens, width + classes)),
        tail=bottleneck.tail(decoder.input_shape, classes),
        decoder=decoder,
        bottleneck=bottleneck,
        classes=classes,
    )
    if backbone.tied:
        architecture = _tie(architecture)
    if (count := parameter_count(architecture)) > MAXIMUM_PARAMETERS:
        raise RecipeError(
            f"The model would have {count:,} parameters, more than the limit of {MAXIMUM_PARAMETERS:,}; "
            "choose smaller hidden sizes, fewer channels or a smaller latent size."
        )
    return architecture


def parameter_count(architecture: Architecture) -> int:
    """Trained numbers in all."""
    return sum(prod(shape) for shape in architecture.parameters().values())


def _tie(architecture: Architecture) -> Architecture:
    """The linear layers after the code, first to last, take the kernels of those before it, last to first."""
    kernels = [
        (f"{part}/{index}/kernel", layer)
        for part in ("encoder", "head")
        for index, layer in enumerate(architecture.programs()[part].layers)
        if isinstance(layer, Linear)
    ]

    def tied(layer: Layer) -> Layer:
        if not isinstance(layer, Linear):
            return layer
        source, twin = kernels.pop()
        if (twin.inputs, twin.outputs) != (layer.outputs, layer.inputs):
            raise RecipeError(
                f"Tied weights need a decoder that mirrors the encoder, but {source} maps {twin.inputs} numbers to "
                f"{twin.outputs} where its mirror image maps {layer.inputs} to {layer.outputs}; use a Point or TopK "
                "bottleneck, a likelihood of one number per pixel and no condition, or set tied to false."
            )
        return Tied(layer.inputs, layer.outputs, source)

    tail, decoder = (
        program._replace(layers=tuple(tied(layer) for layer in program.layers))
        for program in (architecture.tail, architecture.decoder)
    )
    return architecture._replace(tail=tail, decoder=decoder)
