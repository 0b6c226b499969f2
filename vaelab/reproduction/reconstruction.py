"""Squared error with 30 numbers per image: PCA, the linear autoencoder, the deep one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vaelab.assign import assign
from vaelab.presets import preset
from vaelab.reproduction.claim import Bench, Figure, Reproduction

if TYPE_CHECKING:
    from vaelab.recipe import Recipe

HINTON = "Hinton & Salakhutdinov 2006, figure 2"


def _squared_error(bench: Bench, label: str, recipe: Recipe) -> float:
    from vaelab.data import load
    from vaelab.evaluation.bounds import bounds
    from vaelab.evaluation.protocol import held_out

    model = bench.train(label, recipe, None)
    images = held_out(load(recipe.data.name).test.images, recipe.data.binarization)
    return float(bounds(model, recipe.objective.likelihood, images).squared_error.mean())


def _linear(bench: Bench) -> dict[str, float]:
    recipe = assign(preset("linear_ae").recipe, f"data.name={bench.data}", f"training.epochs={bench.choose(30, 400)}")
    return {"squared_error": _squared_error(bench, "linear", recipe)}


def _deep(bench: Bench) -> dict[str, float]:
    recipe = assign(
        preset("deep_ae").recipe, f"data.name={bench.data}", f"training.epochs={bench.choose(150, 100)}",
        "objective.corruption=GaussianNoise", "objective.corruption.scale=0.15",  # Without it, 3.52: it overfits.
    )  # fmt: skip
    return {"squared_error": _squared_error(bench, "deep", recipe)}


LINEAR = Reproduction(
    "linear_ae", "Linear autoencoder against PCA",
    "MNIST, grey pixels in [0, 1]; trained on 60,000 images for 30 epochs with a cosine schedule, no selection; "
    "squared error summed over pixels, mean over the 10,000 test images.",
    (Figure("squared_error", "Squared error per test image, 30 numbers", 13.87, f"{HINTON} (PCA)", limit=13.88),),
    _linear, "the 8x8 digits, 400 epochs", {"squared_error": (0.254, 0.02)},
)
DEEP = Reproduction(
    "deep_ae", "Deep autoencoder",
    "MNIST, grey pixels in [0, 1]; 784-1000-500-250-30 and its mirror image with ReLU and logistic outputs, all layers "
    "at once from random weights (no pretraining), noise of 0.15 on the input, 150 epochs of Adam with a cosine "
    "schedule; squared error summed over pixels, mean over the 10,000 test images.",
    (Figure("squared_error", "Squared error per test image, 30 numbers", 3.00, HINTON, limit=3.3),),
    _deep, "the 8x8 digits, 100 epochs", {"squared_error": (0.420, 0.03)},
)
