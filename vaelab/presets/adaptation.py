"""A recipe carried over to data of another kind: what cannot be there is exchanged for what is nearest to it."""

from __future__ import annotations

from vaelab.assign import assign
from vaelab.data import information
from vaelab.errors import RecipeError
from vaelab.nets import Dense
from vaelab.presets.preset import STROKE
from vaelab.recipe import Recipe, from_json
from vaelab.spec import substitute, to_json


def suited(recipe: Recipe, data: str) -> Recipe:
    """The recipe on other data: sequences are never black and white, and are no images to convolve.

    Raises `RecipeError` where the exchange is not enough.
    """
    if not information(data).is_sequence:
        return assign(recipe, f"data.name={data}")
    draft = substitute(recipe, {"data": substitute(recipe.data, {"name": data, "binarization": "none"})})
    if recipe.objective.likelihood.support == "binary":
        draft = substitute(draft, {"objective": substitute(recipe.objective, {"likelihood": STROKE})})
    try:
        return from_json(to_json(draft))
    except RecipeError:
        return from_json(to_json(substitute(draft, {"backbone": Dense()})))
