"""Named models of the literature: each one line that picks a recipe, names its paper and says what it must reach.

Figures are of the command line's defaults on MNIST unless the text says otherwise.
"""

from __future__ import annotations

from typing import NamedTuple

from vaelab.bottlenecks import Gaussian, Point
from vaelab.data import Data
from vaelab.data.corruptions import GaussianNoise
from vaelab.errors import RecipeError
from vaelab.nets import Conv, Dense
from vaelab.objectives import L1, Additive, Bernoulli, FixedGaussian, GaussianKL
from vaelab.recipe import Recipe
from vaelab.spec import replace
from vaelab.training.optimizers import Training
from vaelab.training.schedules import Cosine


class Preset(NamedTuple):
    """A recipe with its name, its source and its expected figure."""

    name: str
    title: str
    paper: str
    figure: str
    recipe: Recipe


GREY = Data(binarization="none")
SQUARED_ERROR = Additive(likelihood=FixedGaussian(), penalties=())
ELBO = Additive(likelihood=Bernoulli(), penalties=(GaussianKL(),))
PLANE = 2  # The latent size of the presets for the map.

_HINTON = "Hinton & Salakhutdinov 2006, Reducing the dimensionality of data with neural networks"
_KINGMA = "Kingma & Welling 2014, Auto-encoding variational Bayes"
_BALDI = "Baldi & Hornik 1989, Neural networks and principal component analysis"
_GOODFELLOW = "Goodfellow, Bengio & Courville 2016, Deep Learning, section 14.2.1"
_VINCENT = "Vincent et al. 2010, Stacked denoising autoencoders"
_MASCI = "Masci et al. 2011, Stacked convolutional auto-encoders"
_HIGGINS = "Higgins et al. 2017, beta-VAE"

_PRESETS = (
    Preset(
        "linear_ae", "Linear autoencoder", _BALDI,
        "spans the principal subspace: 13.866 squared error per test image with 30 numbers, that of PCA",
        Recipe(GREY, Dense(hidden=()), Point(30), SQUARED_ERROR, Training(epochs=30, schedule=Cosine())),
    ),
    Preset(
        "ae", "Autoencoder", _HINTON, "squared error far below that of PCA with as many numbers (13.87 with 30)",
        Recipe(GREY, Dense(hidden=(400,)), Point(30), SQUARED_ERROR),
    ),
    Preset(
        "conv_ae", "Convolutional autoencoder", _MASCI, "squared error below that of PCA with as many numbers",
        Recipe(GREY, Conv(), Point(30), SQUARED_ERROR),
    ),
    Preset(
        "sparse_ae", "Sparse autoencoder", _GOODFELLOW, "a code larger than needed, most of it near zero per image",
        Recipe(
            GREY, Dense(hidden=(400,)), Point(100),
            Additive(likelihood=FixedGaussian(), penalties=(L1(0.05),)),
        ),
    ),
    Preset(
        "denoising_ae", "Denoising autoencoder", _VINCENT, "removes noise of standard deviation 0.3",
        Recipe(
            GREY, Dense(hidden=(400,)), Point(50),
            Additive(corruption=GaussianNoise(0.3), likelihood=FixedGaussian(), penalties=()),
        ),
    ),
    Preset(
        "vae", "Variational autoencoder", _KINGMA,
        "negative ELBO at most 104 nats with 500 hidden units and 20 latents after 10 epochs",
        Recipe(Data(), Dense(hidden=(400,)), Gaussian(20), ELBO),
    ),
    Preset(
        "conv_vae", "Convolutional VAE", _KINGMA, "negative ELBO at most 104 nats after 10 epochs",
        Recipe(Data(), Conv(), Gaussian(20), ELBO),
    ),
    Preset(
        "beta_vae", "Beta-VAE", _HIGGINS, "fewer active units than the VAE, for a higher reconstruction error",
        Recipe(Data(), Dense(hidden=(400,)), Gaussian(20), Additive(penalties=(GaussianKL(4.0),))),
    ),
)


def _plane(preset: Preset) -> Preset:
    """The same model with a code of two numbers, for the map."""
    recipe = replace(preset.recipe, bottleneck=replace(preset.recipe.bottleneck, size=PLANE))
    figure = "two numbers per image, for the map"
    return preset._replace(name=f"{preset.name}_2d", title=f"{preset.title}, 2-D", figure=figure, recipe=recipe)


PRESETS: dict[str, Preset] = {
    preset.name: preset for original in _PRESETS for preset in (original, _plane(original))
}


def preset(name: str) -> Preset:
    """Look a preset up by name; raises `RecipeError` listing the names when there is none."""
    if name not in PRESETS:
        raise RecipeError(f"There is no preset {name!r}; choose one of {', '.join(PRESETS)}, or give a recipe file.")
    return PRESETS[name]
