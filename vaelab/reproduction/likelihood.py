"""Log-likelihoods of binarized MNIST: the VAE's and the importance-weighted autoencoder's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vaelab.assign import assign
from vaelab.presets import preset
from vaelab.reproduction.claim import Bench, Figure, Reproduction

if TYPE_CHECKING:
    from vaelab.recipe import Recipe

REZENDE = "Rezende & Mohamed 2015, table 1 (diagonal Gaussian); 89.78 in Pythae 2022"
BURDA = "Burda et al. 2016, table 1, one stochastic layer"
FLAX = "the VAE example of the Flax library"
SAMPLES = (1, 5, 50)


def _measures(bench: Bench, label: str, recipe: Recipe, samples: int) -> dict[str, float]:
    """Of the whole test set, binarized once: bound, importance-sampled likelihood, active units."""
    from vaelab.data import load
    from vaelab.evaluation.bounds import bounds, log_likelihoods
    from vaelab.evaluation.protocol import held_out

    model = bench.train(label, recipe, None)
    images = held_out(load(recipe.data.name).test.images, recipe.data.binarization)
    likelihood = recipe.objective.likelihood
    found = bounds(model, likelihood, images)
    result = {"negative_elbo": found.negative_elbo or np.nan, "active_units": float(found.active_units)}
    if samples:
        bench.note(f"{label}: {samples:,} importance samples of {len(images):,} images")
        batches = list(log_likelihoods(model, likelihood, images, samples=samples))
        result["negative_log_likelihood"] = -float(np.concatenate(batches).mean())
    return result


def _flax(bench: Bench) -> dict[str, float]:
    recipe = assign(
        preset("vae").recipe,
        f"data.name={bench.data}", f"training.epochs={bench.choose(10, 100)}", "backbone.hidden=500",
    )
    return {"negative_elbo": _measures(bench, "vae-500", recipe, 0)["negative_elbo"]}


def _vae(bench: Bench) -> dict[str, float]:
    recipe = assign(
        preset("vae").recipe,
        f"data.name={bench.data}", f"training.epochs={bench.choose(200, 100)}", "training.schedule=Cosine",
        "backbone.hidden=400", "bottleneck.size=40",
    )
    found = _measures(bench, "vae-400-40", recipe, bench.choose(5000, 50))
    return {"negative_log_likelihood": found["negative_log_likelihood"], "negative_elbo": found["negative_elbo"]}


def _iwae(bench: Bench) -> dict[str, float]:
    result: dict[str, float] = {}
    for samples in SAMPLES[: bench.choose(3, 2)]:
        recipe = assign(
            preset("iwae").recipe,
            f"data.name={bench.data}", "training.epochs=60", "training.schedule=Cosine",
            f"training.batch_size={bench.choose(20, 128)}", f"objective.samples={samples}",
        )
        found = _measures(bench, f"iwae-{samples}", recipe, bench.choose(5000, 50))
        result[f"negative_log_likelihood_{samples}"] = found["negative_log_likelihood"]
        result[f"active_units_{samples}"] = found["active_units"]
    return result


TEN_EPOCHS = Reproduction(
    "vae", "VAE after ten epochs",
    "MNIST, binarized anew at every step, the test set once with seed 0; 784-500-20, ReLU, 10 epochs of Adam at 1e-3, "
    "no selection; one posterior sample per test image.",
    (Figure("negative_elbo", "Negative ELBO, nats", 104.0, FLAX, limit=104.0),),
    _flax, "the 8x8 digits, 100 epochs", {"negative_elbo": (23.27, 0.3)},
)
VAE = Reproduction(
    "vae_likelihood", "VAE, log-likelihood",
    "MNIST, binarized anew at every step, the test set once with seed 0 (the papers binarized the training set once, "
    "which costs some 2 nats); 784-400-40, ReLU, batches of 128, 200 epochs of Adam from 1e-3 with a cosine schedule, "
    "no selection; 5,000 importance samples.",
    (
        Figure("negative_log_likelihood", "-log p(x), nats", 89.9, REZENDE, limit=89.9),
        Figure("negative_elbo", "Negative ELBO, nats", None, ""),
    ),
    _vae, "the 8x8 digits, 100 epochs, 50 samples", {"negative_log_likelihood": (24.0, 0.3)},
)
IWAE = Reproduction(
    "iwae", "Importance-weighted autoencoder",
    "MNIST, binarized anew at every step, the test set once with seed 0; 784-200-200-50 with tanh, batches of 20 as in "
    "the paper, 60 epochs of Adam from 1e-3 with a cosine schedule where the paper has 3,280 that end at 1e-4, no "
    "selection; 5,000 importance samples.",
    (
        *(
            Figure(f"negative_log_likelihood_{k}", f"-log p(x), nats, k = {k}", value, BURDA)
            for k, value in zip(SAMPLES, (86.76, 85.54, 84.78), strict=True)
        ),
        *(
            Figure(f"active_units_{k}", f"Active units, k = {k}", value, f"{BURDA} (from memory)", higher=True)
            for k, value in zip(SAMPLES, (19, 22, 25), strict=True)
        ),
    ),
    _iwae, "the 8x8 digits, 60 epochs, k = 1 and 5, 50 samples",
    {"negative_log_likelihood_1": (24.0, 2.0), "negative_log_likelihood_5": (24.0, 2.0)},
)
