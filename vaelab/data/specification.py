"""The recipe's choice of data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from vaelab.data.own.folder import is_own
from vaelab.errors import RecipeError
from vaelab.spec import Spec, number, option

# The data sets that come with the package; own data are called otherwise, see `vaelab.data.own`.
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

    name: str = option("digits", label="Data set")
    binarization: Binarization = option(
        "dynamic", label="Black and white", help="How grey pixels become 0 or 1; 'none' keeps them grey."
    )
    condition: Condition = option("none", label="Condition", help="What the model is told besides the image.")
    examples: int = number(
        0, minimum=0, maximum=1_000_000, label="Examples", help="The first of the training split; 0 is all."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.name not in get_args(Name) and not is_own(self.name):
            raise RecipeError(
                f"Data.name must be one of {', '.join(get_args(Name))}, but got {self.name!r:.60}; own data are called "
                "own- and sixteen hexadecimal digits, as the list of data says."
            )
