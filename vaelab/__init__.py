"""Autoencoders as ingredients that combine: recipes, training, latent tools and measures.

Names are imported at first use, so `import vaelab` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vaelab.bottlenecks import Gaussian, Point, Quantized, Tokens, TopK
    from vaelab.data import Data, load
    from vaelab.data.corruptions import (
        BlockMask,
        Blur,
        Continuation,
        GaussianNoise,
        NoCorruption,
        PatchMask,
        PixelMask,
        SaltPepper,
    )
    from vaelab.density import fit
    from vaelab.errors import VaelabError
    from vaelab.latent import decode, encode, linear, prior_samples, quantile_grid, spherical, traversal
    from vaelab.model import Autoencoder
    from vaelab.nets import Conv, Dense, Patch, Recurrent
    from vaelab.objectives import Additive, ImportanceWeighted
    from vaelab.objectives.annealing import Cycles, Steady, WarmUp
    from vaelab.objectives.likelihoods import (
        Bernoulli,
        ContinuousBernoulli,
        FixedGaussian,
        LearnedGaussian,
        OptimalGaussian,
    )
    from vaelab.objectives.penalties import (
        L1,
        Capacity,
        Codebook,
        CodeNorm,
        Commitment,
        Contractive,
        DecoderDecay,
        FreeBits,
        GaussianKL,
        GradientPenalty,
        MaximumMeanDiscrepancy,
        SparseKL,
        TotalCorrelation,
    )
    from vaelab.presets import PRESETS, preset
    from vaelab.recipe import Recipe
    from vaelab.sweep import train_together, variants
    from vaelab.training.loop import Controls
    from vaelab.training.optimizers import Adam, Training
    from vaelab.training.schedules import Constant, Cosine

__version__ = "0.1.0"

_HOMES = {
    "vaelab.bottlenecks": ("Gaussian", "Point", "Quantized", "Tokens", "TopK"),
    "vaelab.data": ("Data", "load"),
    "vaelab.data.corruptions": (
        "BlockMask", "Blur", "Continuation", "GaussianNoise", "NoCorruption", "PatchMask", "PixelMask", "SaltPepper",
    ),
    "vaelab.density": ("fit",),
    "vaelab.errors": ("VaelabError",),
    "vaelab.latent": ("decode", "encode", "linear", "prior_samples", "quantile_grid", "spherical", "traversal"),
    "vaelab.model": ("Autoencoder",),
    "vaelab.nets": ("Conv", "Dense", "Patch", "Recurrent"),
    "vaelab.objectives": ("Additive", "ImportanceWeighted"),
    "vaelab.objectives.annealing": ("Cycles", "Steady", "WarmUp"),
    "vaelab.objectives.likelihoods": (
        "Bernoulli", "ContinuousBernoulli", "FixedGaussian", "LearnedGaussian", "OptimalGaussian",
    ),
    "vaelab.objectives.penalties": (
        "L1", "Capacity", "CodeNorm", "Codebook", "Commitment", "Contractive", "DecoderDecay", "FreeBits", "GaussianKL",
        "GradientPenalty", "MaximumMeanDiscrepancy", "SparseKL", "TotalCorrelation",
    ),
    "vaelab.presets": ("PRESETS", "preset"),
    "vaelab.recipe": ("Recipe",),
    "vaelab.sweep": ("train_together", "variants"),
    "vaelab.training.loop": ("Controls",),
    "vaelab.training.optimizers": ("Adam", "Training"),
    "vaelab.training.schedules": ("Constant", "Cosine"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [  # noqa: F822 - resolved by __getattr__ below.
    "L1", "PRESETS", "Adam", "Additive", "Autoencoder", "Bernoulli", "BlockMask", "Blur", "Capacity", "CodeNorm",
    "Codebook", "Commitment", "Constant", "Continuation", "ContinuousBernoulli", "Contractive", "Controls", "Conv",
    "Cosine", "Cycles", "Data", "DecoderDecay", "Dense", "FixedGaussian", "FreeBits", "Gaussian", "GaussianKL",
    "GaussianNoise", "GradientPenalty", "ImportanceWeighted", "LearnedGaussian", "MaximumMeanDiscrepancy",
    "NoCorruption", "OptimalGaussian", "Patch", "PatchMask", "PixelMask", "Point", "Quantized", "Recipe", "Recurrent",
    "SaltPepper", "SparseKL", "Steady", "Tokens", "TopK", "TotalCorrelation", "Training", "VaelabError", "WarmUp",
    "decode", "encode", "fit", "linear", "load", "preset", "prior_samples", "quantile_grid", "spherical",
    "train_together", "traversal", "variants",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'vaelab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
