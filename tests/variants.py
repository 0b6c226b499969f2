"""Every choice of every axis, so that a new class meets the contract tests by being in its union."""

from itertools import product

from vaelab.bottlenecks import Bottleneck
from vaelab.data import Data
from vaelab.data.corruptions import Corruption
from vaelab.errors import RecipeError
from vaelab.nets import Conv, Dense
from vaelab.objectives import Additive, Likelihood, Penalty
from vaelab.recipe import Recipe
from vaelab.spec import choices
from vaelab.training.optimizers import Training

BACKBONES = (Dense(hidden=(16,)), Dense(hidden=()), Dense(hidden=(16, 8), activation="tanh"), Conv((4, 6)))
BOTTLENECKS = tuple(kind(size=3) for kind in choices(Bottleneck))
CORRUPTIONS = tuple(kind() for kind in choices(Corruption))
LIKELIHOODS = tuple(kind() for kind in choices(Likelihood))
PENALTIES = ((), *((kind(),) for kind in choices(Penalty)), tuple(kind() for kind in choices(Penalty)))


def recipes() -> list[Recipe]:
    """All valid recipes of small size over the axes."""
    found = []
    for backbone, bottleneck, corruption, likelihood, penalties in product(
        BACKBONES, BOTTLENECKS, CORRUPTIONS, LIKELIHOODS, PENALTIES
    ):
        data = Data("digits", binarization="dynamic" if likelihood.binary else "none")
        objective = Additive(corruption=corruption, likelihood=likelihood, penalties=penalties)
        try:
            found.append(Recipe(data, backbone, bottleneck, objective, Training(epochs=1, batch_size=64)))
        except RecipeError:
            continue  # A pair that does not combine; tests/test_recipe.py says which these are.
    return found


def name(recipe: Recipe) -> str:
    """A short name for a test's parameter."""
    objective = recipe.objective
    parts = [recipe.backbone, recipe.bottleneck, objective.corruption, objective.likelihood, *objective.penalties]
    return "-".join(type(part).__name__ for part in parts)


def representative() -> list[Recipe]:
    """A subset in which every pair (backbone, bottleneck) and every single choice occurs: what each run trains."""
    kept: list[Recipe] = []
    seen: set = set()
    for recipe in recipes():
        objective = recipe.objective
        pairs = {
            (recipe.backbone, recipe.bottleneck),
            *(objective.penalties and [(type(recipe.bottleneck), objective.penalties)]),
            type(objective.corruption), type(objective.likelihood),
        }
        if not pairs <= seen:
            kept.append(recipe)
            seen |= pairs
    return kept
