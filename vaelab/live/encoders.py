"""The encoder of a run as a message of its own, for pages on which somebody draws. No JAX.

It is no part of a frame: most viewers never draw, and it would double what each of them is sent several times a second.
A page asks for it when the pad is opened, and again when a stroke has ended and the weights have moved on.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from pathlib import Path

import numpy as np

from vaelab.checkpoints import about_run, recipe_of
from vaelab.errors import RunError
from vaelab.live.describe import encoder_names, encoder_program, initial_parameters
from vaelab.live.frames import lighter, pack
from vaelab.live.stored import newest_intact
from vaelab.recipe import Recipe, from_json

LARGEST = 1 << 22  # Numbers: 8 MB in half precision, and some ten milliseconds of multiplications in a page.


def encoder_message(recipe: Recipe, arrays: Mapping[str, np.ndarray], run: str, step: int) -> bytes:
    """Program and arrays from an image to the statistics of its code, packed as a frame is.

    The statistics are the code, or where there are twice as many numbers, its means and then its log-variances.
    """
    design = recipe.architecture()
    header = {
        "run": run,
        "step": step,
        "data": recipe.data.name,
        "binarization": recipe.data.binarization,
        "image_shape": list(recipe.shape),
        "latent": design.latent,
        "program": encoder_program(recipe),
    }
    return pack(header, {name: lighter(arrays[name]) for name in encoder_names(recipe)})


def encoder_size(recipe: Recipe) -> int:
    """Numbers in the encoder's arrays."""
    shapes = recipe.architecture().parameters()
    return sum(prod(shapes[name]) for name in encoder_names(recipe))


def stored_encoder(run: Path) -> bytes:
    """The message from the newest intact step of a run, or from its initial weights; `RunError` if it is too large."""
    recipe = from_json(recipe_of(run))
    if (size := encoder_size(recipe)) > LARGEST:
        raise RunError(
            f"This model's encoder has {size:,} numbers, too many to run in a page, which takes {LARGEST:,}; draw for "
            "a smaller model."
        )
    step, _ = newest_intact(run, recipe)
    if step:
        return encoder_message(from_json(step.recipe), step.parameters, run.name, step.step)
    arrays = initial_parameters(recipe, int(about_run(run).get("seed", 0)), encoder_names(recipe))
    return encoder_message(recipe, arrays, run.name, 0)
