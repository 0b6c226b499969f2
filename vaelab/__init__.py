"""Autoencoders as ingredients that combine: recipes, training, latent tools and measures.

Names are imported at first use, so `import vaelab` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vaelab.bottlenecks import Gaussian, Point
    from vaelab.data import Data, load
    from vaelab.data.corruptions import GaussianNoise, NoCorruption
    from vaelab.errors import VaelabError
    from vaelab.latent import decode, encode, linear, prior_samples, quantile_grid, spherical, traversal
    from vaelab.model import Autoencoder
    from vaelab.nets import Conv, Dense
    from vaelab.objectives import L1, Additive, Bernoulli, FixedGaussian, GaussianKL
    from vaelab.presets import PRESETS, preset
    from vaelab.recipe import Recipe
    from vaelab.training.loop import Controls
    from vaelab.training.optimizers import Adam, Training

__version__ = "0.1.0"

_HOMES = {
    "vaelab.bottlenecks": ("Gaussian", "Point"),
    "vaelab.data": ("Data", "load"),
    "vaelab.data.corruptions": ("GaussianNoise", "NoCorruption"),
    "vaelab.errors": ("VaelabError",),
    "vaelab.latent": ("decode", "encode", "linear", "prior_samples", "quantile_grid", "spherical", "traversal"),
    "vaelab.model": ("Autoencoder",),
    "vaelab.nets": ("Conv", "Dense"),
    "vaelab.objectives": ("L1", "Additive", "Bernoulli", "FixedGaussian", "GaussianKL"),
    "vaelab.presets": ("PRESETS", "preset"),
    "vaelab.recipe": ("Recipe",),
    "vaelab.training.loop": ("Controls",),
    "vaelab.training.optimizers": ("Adam", "Training"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [  # noqa: F822 - resolved by __getattr__ below.
    "L1", "PRESETS", "Adam", "Additive", "Autoencoder", "Bernoulli", "Controls", "Conv", "Data", "Dense",
    "FixedGaussian", "Gaussian", "GaussianKL", "GaussianNoise", "NoCorruption", "Point", "Recipe", "Training",
    "VaelabError", "decode", "encode", "linear", "load", "preset", "prior_samples", "quantile_grid", "spherical",
    "traversal",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'vaelab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
