"""What a preset is, and the pieces that many of them share."""

from __future__ import annotations

from typing import NamedTuple

from vaelab.data import Data
from vaelab.objectives import Additive, Bernoulli, FixedGaussian, GaussianKL
from vaelab.recipe import Recipe
from vaelab.spec import replace

GREY = Data(binarization="none")
SQUARED_ERROR = Additive(likelihood=FixedGaussian(), penalties=())
STROKES = Data("pendigits", binarization="none")
STROKE = FixedGaussian(0.05)  # Of coordinates in [0, 1]: a twentieth of the drawing's side.
ELBO = Additive(likelihood=Bernoulli(), penalties=(GaussianKL(),))
PLANE = 2  # The latent size of the presets for the map.


class Preset(NamedTuple):
    """A recipe with its name, its source and its expected figure."""

    name: str
    title: str
    paper: str
    figure: str
    recipe: Recipe


def plane(preset: Preset) -> Preset:
    """The same model with a code of two numbers, for the map."""
    recipe = replace(preset.recipe, bottleneck=replace(preset.recipe.bottleneck, size=PLANE))
    figure = "two numbers per image, for the map"
    return preset._replace(name=f"{preset.name}_2d", title=f"{preset.title}, 2-D", figure=figure, recipe=recipe)


def squared_error(*penalties: object, **fields: object) -> Additive:
    """Squared error with a unit, plus penalties, a corruption, annealing."""
    return replace(SQUARED_ERROR, penalties=penalties, **fields)


def strokes(*penalties: object, **fields: object) -> Additive:
    """Coordinates of pen strokes or the values of a wave, plus penalties, a corruption, annealing."""
    return replace(SQUARED_ERROR, likelihood=STROKE, penalties=penalties, **fields)


def bernoulli(*penalties: object, **fields: object) -> Additive:
    """Pixels that are 0 or 1, plus penalties, a corruption, annealing."""
    return replace(ELBO, penalties=penalties, **fields)
