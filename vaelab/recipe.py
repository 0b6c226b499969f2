"""A recipe: one choice per axis, which is all there is to say about a model and its training but the seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vaelab.architecture import Architecture, design
from vaelab.bottlenecks import Bottleneck, Gaussian
from vaelab.data import Data, Dataset, information, load
from vaelab.errors import RecipeError
from vaelab.nets import Backbone, Dense, Shape
from vaelab.objectives import Additive, Objective
from vaelab.spec import Spec, convert, option
from vaelab.training.optimizers import Training

if TYPE_CHECKING:
    from vaelab.model import Autoencoder
    from vaelab.training.loop import Controls, Progress
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
        self.architecture()

    @property
    def shape(self) -> Shape:
        """Height, width and channels of the data's images."""
        return information(self.data.name).shape

    def architecture(self) -> Architecture:
        """The model's programs and array shapes, without numbers."""
        return design(self.backbone, self.bottleneck, self.shape, self.objective.likelihood.output_shape(self.shape))

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
    ) -> Iterator[Progress]:
        """Train from the seed, or on from a state; see `vaelab.training.loop.train`."""
        from vaelab.training.loop import train

        dataset = dataset or load(self.data.name)
        return train(
            self.build(seed),
            self.objective,
            dataset.train.images[: self.data.examples or None],
            self.training,
            binarization=self.data.binarization,
            seed=seed,
            state=state,
            controls=controls,
        )


def problems(recipe: Recipe) -> list[str]:
    """What keeps the choices of a recipe from working together, a sentence each; empty when they do."""
    found = []
    code = recipe.bottleneck.code
    for penalty in recipe.objective.penalties:
        if code not in penalty.reads:
            wanted = " or ".join(kind.__name__.removesuffix("Code") for kind in penalty.reads)
            found.append(
                f"{type(penalty).__name__} needs the bottleneck {wanted}, but the recipe has "
                f"{type(recipe.bottleneck).__name__}; remove the penalty or change the bottleneck."
            )
    if recipe.objective.likelihood.binary and recipe.data.binarization == "none":
        found.append(
            f"{type(recipe.objective.likelihood).__name__} describes pixels that are 0 or 1, but with the binarization "
            "'none' they are grey; choose 'dynamic' or 'threshold', or the likelihood FixedGaussian."
        )
    if recipe.data.examples and recipe.data.examples > information(recipe.data.name).train:
        found.append(
            f"{recipe.data.name} has {information(recipe.data.name).train:,} training examples, "
            f"but the recipe asks for {recipe.data.examples:,}; use 0 for all of them."
        )
    return found


def from_json(data: Any) -> Recipe:
    """Read a recipe from its tagged JSON; raises `RecipeError` with the path of what is wrong."""
    return convert(Recipe, data, "recipe")
