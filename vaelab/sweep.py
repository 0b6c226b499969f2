"""Recipes that differ in knobs and seeds only, trained together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from vaelab.data import Dataset, load
from vaelab.errors import RecipeError
from vaelab.recipe import Recipe, turned
from vaelab.spec import knobs

if TYPE_CHECKING:
    from vaelab.architecture import Architecture
    from vaelab.training.advancing import Chunk, Outcome
    from vaelab.training.lanes import Standing
    from vaelab.training.loop import Controls, Progress
    from vaelab.training.state import TrainingState

LARGEST = 64  # Runs in a sweep.
GROUPED = 2_000_000  # Multiplications of a batch on its way through a model below which a core trains several at once.


class Variant(NamedTuple):
    """One run of a sweep: its recipe, its seed, and what is its own in words."""

    recipe: Recipe
    seed: int
    label: str


def variants(recipe: Recipe, values: Mapping[str, Sequence[float]], seeds: Sequence[int] = (0,)) -> list[Variant]:
    """Every combination of knob values, by path, and seeds; raises `RecipeError` for what is no knob, or its range."""
    known = knobs(recipe)
    for path, numbers in values.items():
        if path not in known:
            raise RecipeError(
                f"{path} cannot be varied in a sweep, which trains one program with several numbers; choose from "
                f"{', '.join(known)}."
            )
        if not numbers:
            raise RecipeError(f"Give at least one value of {path}, such as {path}={known[path].value:g}.")
        if len(set(numbers)) < len(numbers):
            raise RecipeError(f"A value of {path} is given twice; each run of a sweep is to be another one.")
    if not seeds or len(set(seeds)) < len(seeds):
        raise RecipeError("Give at least one seed, and none of them twice.")
    count = len(seeds)
    for numbers in values.values():
        count *= len(numbers)
    if count > LARGEST:
        raise RecipeError(f"This sweep has {count:,} runs; at most {LARGEST} are trained together: give fewer values.")
    found = []
    for numbers, seed in product(product(*values.values()), seeds):
        chosen = dict(zip(values, numbers, strict=True))
        words = [f"{known[path].setting.label or path} {number:g}" for path, number in chosen.items()]
        words += [f"seed {seed}"] if len(seeds) > 1 else []
        found.append(Variant(turned(recipe, chosen), seed, ", ".join(words)))
    return found


def spread(recipes: Sequence[Recipe]) -> tuple[str, list[float]]:
    """What recipes of a sweep differ in, in a word, and its value in each; "" where it is no knob, or several."""
    known = [knobs(recipe) for recipe in recipes]
    differing = [path for path in known[0] if len({own[path].value for own in known if path in own}) > 1]
    if len(differing) != 1 or any(differing[0] not in own for own in known):
        return "", []
    [path] = differing
    return (known[0][path].setting.label or path).lower(), [own[path].value for own in known]


def train_together(
    variants: Sequence[Variant],
    *,
    dataset: Dataset | None = None,
    states: Sequence[TrainingState] | None = None,
    controls: Controls | None = None,
    advance: Callable[[Chunk, list[TrainingState]], Outcome] | None = None,
) -> Iterator[Standing]:
    """Train all variants, from their seeds or on from states; see `vaelab.training.lanes.train_lanes`.

    How they `advance` is by default what is faster on the device.
    """
    from vaelab.training.lanes import Lane, train_lanes

    data = variants[0].recipe.data
    dataset = dataset or load(data.name)
    lanes = [
        Lane(recipe.build(seed), recipe.objective, recipe.training, seed, states[index] if states else None)
        for index, (recipe, seed, _) in enumerate(variants)
    ]
    rows = slice(data.examples or None)
    return train_lanes(
        lanes, dataset.train.images[rows], dataset.train.labels[rows],
        advance=advance or faster(lanes[0].model.architecture, variants[0].recipe.training.batch_size),
        binarization=data.binarization, controls=controls,
    )  # fmt: skip


def catch_up(variant: Variant, state: TrainingState, step: int, dataset: Dataset) -> Progress:
    """Train one run by itself to the later step at which the others stand: a kill may come between two savings."""
    from vaelab.training.loop import LONGEST_CHUNK, Controls

    controls = Controls(steps=min(LONGEST_CHUNK, step - int(state.step)))
    for progress in variant.recipe.train(seed=variant.seed, dataset=dataset, state=state, controls=controls):
        if progress.step == step:
            return progress
        controls.steps = min(LONGEST_CHUNK, step - progress.step)
    raise RecipeError(f"A run of {progress.steps:,} steps cannot catch up with others at step {step:,}.")


def faster(architecture: Architecture, batch_size: int) -> Callable[[Chunk, list[TrainingState]], Outcome]:
    """How lanes of a model advance faster: as one program on an accelerator, abreast or in groups on a processor.

    On two cores, sixteen VAEs of 64-8-2 in batches of 16 take 0.05 ms a step in groups and 0.13 abreast, of 64-64-2 in
    batches of 128 0.48 and 0.60, of 64-400-2 2.9 and 2.4.
    """
    import jax

    from vaelab.training.advancing import abreast, in_groups, side_by_side

    if jax.default_backend() != "cpu":
        return side_by_side
    return in_groups if architecture.multiplications * batch_size < GROUPED else abreast
