"""What a reproduction is: a published figure, the protocol under which we look for it, and how to get there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from vaelab.data import Dataset
    from vaelab.data.specification import Name
    from vaelab.model import Autoencoder
    from vaelab.recipe import Recipe


class Figure(NamedTuple):
    """One number of the literature, and the bound that we set ourselves on ours."""

    key: str  # among what the reproduction measures
    title: str  # with its unit
    published: float | None  # None where the paper draws a curve or states an order
    source: str
    limit: float | None = None  # what is reached must not be on the wrong side of it
    higher: bool = False  # whether more is better

    def holds(self, reached: float) -> bool:
        """Whether a number is good enough; True where no bound is set."""
        if self.limit is None:
            return True
        return reached >= self.limit if self.higher else reached <= self.limit


class Bench(NamedTuple):
    """What a reproduction works with."""

    train: Callable[[str, Recipe, Dataset | None], Autoencoder]  # label, recipe, other data: resumes where it stopped
    note: Callable[[str], None]  # tell the person who waits
    quick: bool
    seed: int

    @property
    def data(self) -> Name:
        """The digits that come with the package for a quick look, MNIST for the real thing."""
        return "digits" if self.quick else "mnist"

    def choose(self, full: int, quick: int) -> int:
        """A number for the real thing, and another for a quick look."""
        return quick if self.quick else full


class Reproduction(NamedTuple):
    """How published figures are looked for."""

    name: str
    title: str
    protocol: str  # data, binarization, epochs, samples, selection: a sentence or two
    figures: tuple[Figure, ...]
    run: Callable[[Bench], dict[str, float]]
    quick: str  # what is reduced in a quick look
    expected: dict[str, tuple[float, float]]  # of a quick look: value and tolerance, as recorded
