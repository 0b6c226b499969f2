"""A recipe: one choice per axis, which is all there is to say about a model and its training but the seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from vaelab.architecture import Architecture, design
from vaelab.bottlenecks import Bottleneck, Gaussian
from vaelab.data import Data, Dataset, PatchMask, information, load
from vaelab.errors import RecipeError
from vaelab.nets import Backbone, Dense, Patch, Recurrent, Shape
from vaelab.objectives import Additive, Objective
from vaelab.spec import Spec, convert, option, substitute, to_json
from vaelab.training.optimizers import Training

if TYPE_CHECKING:
    from vaelab.model import Autoencoder
    from vaelab.training.loop import Controls, Progress
    from vaelab.training.placement import Placement
    from vaelab.training.state import TrainingState


@dataclass(frozen=True)
class Recipe(Spec):
    """Data, backbone, bottleneck, objective, training. A combination that makes no sense fails here, in words."""

    data: Data = option(Data(), label="Data")
    backbone: Backbone = option(Dense(), label="Backbone", help="The networks on both sides of the code.")
    bottleneck: Bottleneck = option(Gaussian(), label="Bottleneck", help="What the code is.")
    objective: Objective = option(Additive(), label="Objective")
    training: Training = option(Training(), label="Training")

    def __post_init__(self) -> None:
        super().__post_init__()
        for problem in problems(self):
            raise RecipeError(problem)
        architecture = self.architecture()
        for penalty in self.objective.penalties:
            if conflict := penalty.conflict(architecture):
                raise RecipeError(conflict)

    @property
    def shape(self) -> Shape:
        """Of one example: height, width and channels of an image, or steps and features of a sequence."""
        return information(self.data.name).shape

    @property
    def classes(self) -> int:
        """How many classes the model is told of: 0 where it is told nothing."""
        return len(information(self.data.name).classes) if self.data.condition == "class" else 0

    @property
    def follows_prior(self) -> bool:
        """Whether codes are trained to be draws from N(0, I), one by one (a KL) or all together (a discrepancy)."""
        return self.bottleneck.has_prior or any(penalty.matches_prior for penalty in self.objective.penalties)

    def architecture(self) -> Architecture:
        """The model's programs and array shapes, without numbers."""
        outputs = self.objective.likelihood.output_shape(self.shape)
        return design(self.backbone, self.bottleneck, self.shape, outputs, self.classes)

    def build(self, seed: int = 0) -> Autoencoder:
        """A model with initial weights, a function of the recipe and the seed alone."""
        from vaelab.model import Autoencoder
        from vaelab.nets.initializer import Initializer

        return Autoencoder(self.architecture(), Initializer(seed))

    def restore(self, state: TrainingState) -> Autoencoder:
        """A model of its own with the parameters of a training state, such as a progress's."""
        from flax import nnx

        model = self.build()
        nnx.update(model, state.parameters)
        return model

    def train(
        self,
        *,
        seed: int = 0,
        dataset: Dataset | None = None,
        state: TrainingState | None = None,
        controls: Controls | None = None,
        placement: Placement | None = None,
    ) -> Iterator[Progress]:
        """Train from the seed, or on from a state; see `vaelab.training.loop.train`."""
        from vaelab.training.loop import train

        dataset = dataset or load(self.data.name)
        return train(
            self.build(seed),
            self.objective,
            dataset.train.images[: self.data.examples or None],
            dataset.train.labels[: self.data.examples or None],
            self.training,
            binarization=self.data.binarization,
            seed=seed,
            state=state,
            controls=controls,
            placement=placement,
        )


def problems(recipe: Recipe) -> list[str]:
    """What keeps the choices of a recipe from working together, a sentence each; empty when they do."""
    found = []
    code = recipe.bottleneck.code
    for reader in (recipe.objective, *recipe.objective.penalties):
        if code not in reader.reads:
            wanted = " or ".join(kind.__name__ for kind in get_args(Bottleneck) if kind.code in reader.reads)
            found.append(
                f"{type(reader).__name__} needs the bottleneck {wanted}, but the recipe has "
                f"{type(recipe.bottleneck).__name__}; change one of them."
            )
    likelihood, grey = recipe.objective.likelihood, recipe.data.binarization == "none"
    if likelihood.support == "binary" and grey:
        found.append(
            f"{type(likelihood).__name__} describes pixels that are 0 or 1, but with the binarization 'none' they are "
            "grey; choose 'dynamic' or 'threshold', or the likelihood FixedGaussian."
        )
    if likelihood.support == "unit" and not grey:
        found.append(
            f"{type(likelihood).__name__} is a density of values between 0 and 1, but with the binarization "
            f"{recipe.data.binarization!r} they are 0 or 1; choose 'none', or the likelihood Bernoulli."
        )
    if len(recipe.shape) == 2 and not grey:
        found.append(
            f"{recipe.data.name} holds sequences of numbers, which cannot be made black and white; choose the "
            "binarization 'none'."
        )
    found += _hidden_patches(recipe) + _teacher(recipe)
    if recipe.data.examples and recipe.data.examples > information(recipe.data.name).train:
        found.append(
            f"{recipe.data.name} has {information(recipe.data.name).train:,} training examples, "
            f"but the recipe asks for {recipe.data.examples:,}; use 0 for all of them."
        )
    return found


def _hidden_patches(recipe: Recipe) -> list[str]:
    mask, backbone = recipe.objective.corruption, recipe.backbone
    if not isinstance(mask, PatchMask):
        return []
    if len(recipe.shape) == 2:
        return [
            f"PatchMask hides squares of images, but {recipe.data.name} holds sequences; choose the corruption "
            "Continuation, or another one."
        ]
    if mask.grid(recipe.shape) == (1, 1):
        return [
            f"A patch of {mask.size} pixels covers the whole {recipe.shape[0]} x {recipe.shape[1]} image of "
            f"{recipe.data.name}, which leaves nothing to see; choose a smaller size for PatchMask."
        ]
    if isinstance(backbone, Patch) and backbone.size != mask.size:
        return [
            f"PatchMask hides patches of {mask.size} pixels, but the Patch backbone reads patches of {backbone.size}; "
            "give both the same size."
        ]
    return []


def _teacher(recipe: Recipe) -> list[str]:
    backbone, likelihood = recipe.backbone, recipe.objective.likelihood
    if not isinstance(backbone, Recurrent) or not backbone.teacher_forcing:
        return []
    layers = likelihood.mean_layers(likelihood.output_shape(recipe.shape))
    if all(layer.kind == "take" for layer in layers):
        return []
    return [
        f"With teacher forcing the decoder is told data in place of its own outputs, but {type(likelihood).__name__} "
        "reads its outputs on another scale than the data's; choose the likelihood FixedGaussian, or set "
        "teacher_forcing to false."
    ]


def from_json(data: Any) -> Recipe:
    """Read a recipe from its tagged JSON; raises `RecipeError` with the path of what is wrong."""
    return convert(Recipe, data, "recipe")


def turned(recipe: Recipe, values: Mapping[str, float]) -> Recipe:
    """The recipe with knobs (by path) at other values; raises `RecipeError` as if it had been written so."""
    # Through JSON, so that every rule of the recipe is checked again.
    return from_json(to_json(substitute(recipe, {path: float(value) for path, value in values.items()})))
