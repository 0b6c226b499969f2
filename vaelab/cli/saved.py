"""Runs that exist: found by folder or by name, and their newest step put into a model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vaelab import checkpoints
from vaelab.checkpoints.folders import RECIPE
from vaelab.errors import CheckpointError
from vaelab.recipe import Recipe, from_json

if TYPE_CHECKING:
    import numpy as np

    from vaelab.model import Autoencoder


@dataclass(frozen=True)
class Trained:
    """A model as it was at the newest step of a run."""

    folder: Path
    recipe: Recipe
    model: Autoencoder
    step: int

    @property
    def name(self) -> str:
        """What the run is called."""
        return self.folder.resolve().name

    @property
    def size(self) -> int:
        """Numbers in a code."""
        return self.model.latent

    @property
    def codebook(self) -> np.ndarray | None:
        """The rows of the codebook [K, dimension], where codes have one."""
        return self.model.bottleneck.codebook(self.model.tail)

    @property
    def follows_prior(self) -> bool:
        """Whether codes were trained to be draws from N(0, I)."""
        return self.recipe.follows_prior


def find(run: str, runs: Path | None) -> Path:
    """The folder of a run: the text itself if it is one, or else the run of that name, yours or shipped."""
    if (Path(run) / RECIPE).is_file():
        return Path(run)
    return checkpoints.find_run(run, runs or checkpoints.runs_root())


def load_step(folder: Path, recipe: Recipe) -> checkpoints.Step:
    """A step, its parameters checked against what the recipe predicts; raises `CheckpointError`."""
    shapes = recipe.architecture().parameters()
    return checkpoints.load_step(folder, {name: (shape, "float32") for name, shape in shapes.items()})


def restore(run: str, runs: Path | None) -> Trained:
    """The model of a run's newest step; raises `CheckpointError` if there is none or it was altered."""
    from vaelab.model import load_parameters
    from vaelab.training.devices import configure

    folder = find(run, runs)
    newest = checkpoints.latest_step(folder)
    if newest is None:
        raise CheckpointError(f"{folder} has no complete step yet; train it first.")
    # The recipe beside the parameters: its number of epochs is the one they were trained for.
    recipe = from_json(checkpoints.recipe_of(newest))
    step = load_step(newest, recipe)
    configure()
    model = recipe.build()
    load_parameters(model, step.parameters)
    return Trained(folder, recipe, model, step.step)
