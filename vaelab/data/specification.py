"""The recipe's choice of data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vaelab.spec import Spec, number, option

# `names()`, for a form to read.
Name = Literal["digits", "mnist", "fashion_mnist", "kmnist", "shapes", "pendigits", "waves"]
Binarization = Literal["none", "threshold", "dynamic"]
Condition = Literal["none", "class"]


@dataclass(frozen=True)
class Data(Spec):
    """Which images or sequences, how they become zeros and ones, and how many of them.

    The binarization is part of the recipe because a likelihood is defined on certain values only: a Bernoulli
    log-density of grey pixels is not a likelihood, and its nats cannot be compared with published ones.
    `dynamic` draws each pixel anew at every step with its grey as the probability (Salakhutdinov & Murray
    2008), `threshold` asks whether it is at least 128, `none` keeps grey in [0, 1] for Gaussian likelihoods.
    The values of a sequence are places, not greys: they are always kept.
    """

    name: Name = option("digits", label="Data set")
    binarization: Binarization = option(
        "dynamic", label="Black and white", help="How grey pixels become 0 or 1; 'none' keeps them grey."
    )
    condition: Condition = option("none", label="Condition", help="What the model is told besides the image.")
    examples: int = number(
        0, minimum=0, maximum=1_000_000, label="Examples", help="The first of the training split; 0 is all."
    )
