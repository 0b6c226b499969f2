"""Every choice of every axis, so that a new class meets the contract tests by being in its union."""

from collections.abc import Callable
from functools import cache
from itertools import combinations, product
from typing import Any

import numpy as np

from vaelab.bottlenecks import Bottleneck
from vaelab.data import Data
from vaelab.data.corruptions import Corruption
from vaelab.errors import RecipeError
from vaelab.nets import Backbone, Dense
from vaelab.objectives import Additive, Likelihood, Objective, Penalty
from vaelab.recipe import Recipe
from vaelab.spec import Spec, choices
from vaelab.training.optimizers import Training

# Small enough to be trained by the dozen; a class that is not named here is tried with its defaults.
SETTINGS: dict[str, tuple[dict[str, Any], ...]] = {
    "Dense": ({"hidden": (16,)}, {"hidden": ()}, {"hidden": (16, 8), "activation": "tanh"}),
    "Conv": ({"channels": (4, 6)}, {"channels": (4,), "residual": 1}, {"channels": (4, 6), "kernel": 4}),
    "Recurrent": ({"hidden": 8}, {"cell": "lstm", "hidden": 8, "teacher_forcing": True}),
    "Patch": ({"size": 3, "width": 8, "depth": 1, "heads": 2},),
    "PatchMask": ({"size": 3},),
    "Point": ({"size": 3}, {"size": 3, "activation": "sigmoid"}),
    "Gaussian": ({"size": 3},),
    "TopK": ({"size": 6, "active": 3},),
    "Tokens": ({"size": 3},),
    "FixedGaussian": ({}, {"activation": "sigmoid"}),
    "Quantized": ({"codes": 32, "dimension": 4}, {"codes": 32, "dimension": 4, "learning": "gradient"}),
}


def variants(axis: Any) -> tuple[Spec, ...]:
    """Small instances of every kind of an axis."""
    return tuple(kind(**settings) for kind in choices(axis) for settings in SETTINGS.get(kind.__name__, ({},)))


BACKBONES, BOTTLENECKS, CORRUPTIONS = variants(Backbone), variants(Bottleneck), variants(Corruption)
LIKELIHOODS, PENALTIES = variants(Likelihood), variants(Penalty)


def data(likelihood: Any, condition: str = "none") -> Data:
    """Digits as a likelihood wants them."""
    return Data("digits", "dynamic" if likelihood.support == "binary" else "none", condition)


def penalties(bottleneck: Any) -> tuple[Any, ...]:
    """All penalties that are defined on a code, with weights so small that the reconstruction still falls."""
    found = []
    for kind in choices(Penalty):
        penalty = kind(weight=0.01)
        likelihood = LIKELIHOODS[0]
        try:
            Recipe(data(likelihood), Dense((16,)), bottleneck, Additive(likelihood=likelihood, penalties=(penalty,)))
        except RecipeError:
            continue
        found.append(penalty)
    return tuple(found)


@cache
def candidates() -> list[Recipe]:
    """All valid recipes of these choices, in an order that never changes."""
    kinds = [
        [*product((None,), CORRUPTIONS, LIKELIHOODS)],
        *([(kind(**settings), None, None)] for kind in choices(Objective)[1:] for settings in ({},)),
    ]
    found = []
    for backbone, bottleneck, condition in product(BACKBONES, BOTTLENECKS, ("none", "class")):
        own = penalties(bottleneck)
        for objective, corruption, likelihood in [entry for group in kinds for entry in group]:
            for terms in dict.fromkeys(((), own)) if objective is None else ((),):
                if objective is None:
                    goal: Any = Additive(corruption=corruption, likelihood=likelihood, penalties=terms)
                else:
                    goal = objective
                try:
                    recipe = Recipe(
                        data(goal.likelihood, condition), backbone, bottleneck, goal, Training(epochs=3, batch_size=64)
                    )
                except RecipeError:
                    continue  # A pair that does not combine; `test_contracts.py` asks for the sentence.
                found.append(recipe)
    return [found[index] for index in np.random.default_rng(0).permutation(len(found))]


@cache
def recipes() -> list[Recipe]:
    """Valid recipes in which every pair of settings of two axes occurs that any valid recipe has."""
    return _covering(lambda recipe: pairs((recipe.backbone, recipe.bottleneck, *_others(recipe))))


@cache
def trainable() -> list[Recipe]:
    """Fewer of them, as each costs a compilation: every pair of kinds of two axes, and every setting."""
    return _covering(_kinds_and_settings)


def _covering(properties: Callable[[Recipe], set]) -> list[Recipe]:
    """Recipes that have all properties which any valid one has."""
    kept: list[Recipe] = []
    seen: set = set()
    # Greedy: first those that bring many new pairs, then fewer, down to one.
    for least in (12, 8, 5, 3, 2, 1):
        for recipe in candidates():
            if len(new := properties(recipe) - seen) >= least:
                kept.append(recipe)
                seen |= new
    return kept


def _others(recipe: Recipe) -> tuple[Any, ...]:
    """The choices on the axes that have one setting each."""
    objective = recipe.objective
    parts = (objective, objective.corruption, objective.likelihood)
    return (*(type(part).__name__ for part in parts), recipe.data.condition, bool(objective.penalties))


def _kinds_and_settings(recipe: Recipe) -> set:
    kinds = (type(recipe.backbone), type(recipe.bottleneck), *_others(recipe))
    return pairs(kinds) | {recipe.backbone, recipe.bottleneck, recipe.objective.likelihood}


def pairs(choices: tuple[Any, ...]) -> set:
    """The pairs of choices on two axes."""
    return set(combinations(enumerate(choices), 2))


def name(recipe: Recipe) -> str:
    """A short name for a test's parameter."""
    objective = recipe.objective
    parts = [recipe.backbone, recipe.bottleneck, objective, objective.corruption, objective.likelihood]
    words = [type(part).__name__ for part in parts] + ["penalized"] * bool(objective.penalties)
    return "-".join([*words, recipe.data.condition])


def essential() -> list[Recipe]:
    """One recipe for every pair of a kind of backbone and a kind of bottleneck: where more would be waiting only."""
    kept = {(type(recipe.backbone), type(recipe.bottleneck)): recipe for recipe in reversed(recipes())}
    return [recipe for recipe in recipes() if recipe in kept.values()]
