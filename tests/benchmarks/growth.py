"""How the cost of training grows: `python -m tests.benchmarks.growth [--plot FILE.png] [--json FILE]`.

The dense VAE 784-400-20 with one of its sizes taken over two decades: the time of an epoch over the number of images,
that of a step over the number of latents and of pixels. All points are measured in turns, in one process. The slope is
that of the logarithms between the last two points, where the cost that is always there counts least: 1 is linear.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from tests.benchmarks import machine

ROUNDS, SECONDS = 5, 0.3


class Point(NamedTuple):
    """The sizes of one training."""

    images: int = 12_800
    latents: int = 20
    side: int = 28


AXES = {
    "images": {count: Point(images=count) for count in (1_280, 3_840, 12_800, 38_400, 128_000)},
    "latents": {count: Point(latents=count) for count in (4, 12, 40, 120, 400)},
    "pixels": {side * side: Point(side=side) for side in (10, 18, 32, 56, 100)},
}


def training(point: Point) -> Iterator[int]:
    """Train without end; every yield is a chunk, and the number of its steps."""
    from vaelab.architecture import design
    from vaelab.assign import assign
    from vaelab.model import Autoencoder
    from vaelab.nets.initializer import Initializer
    from vaelab.presets import preset
    from vaelab.training.loop import train

    recipe = assign(preset("vae").recipe, f"bottleneck.size={point.latents}", "training.epochs=100000")
    shape = (point.side, point.side, 1)
    architecture = design(recipe.backbone, recipe.bottleneck, shape, recipe.objective.likelihood.output_shape(shape))
    images = np.random.default_rng(0).integers(0, 256, (point.images, *shape), np.uint8)
    labels, before = np.zeros(len(images), np.int64), 0
    for progress in train(
        Autoencoder(architecture, Initializer(0)), recipe.objective, images, labels, recipe.training,
        binarization=recipe.data.binarization,
    ):  # fmt: skip
        yield progress.step - before
        before = progress.step


def seconds_per_step(works: dict[Any, Iterator[int]]) -> dict[Any, float]:
    """The median over rounds in which all take their turn, after two that do not count."""
    rounds: dict[Any, list[float]] = {key: [] for key in works}
    for _ in range(2 + ROUNDS):
        for key, work in works.items():
            steps, started = 0, time.perf_counter()
            while time.perf_counter() - started < SECONDS:
                steps += next(work)
            rounds[key].append((time.perf_counter() - started) / steps)
    return {key: median(found[2:]) for key, found in rounds.items()}


def measure() -> dict[str, dict[int, float]]:
    """Milliseconds by size: of an epoch for images, of a step for latents and pixels."""
    from vaelab.training.devices import configure

    configure()
    works = {(axis, size): training(point) for axis, sizes in AXES.items() for size, point in sizes.items()}
    steps = seconds_per_step(works)
    batches = {("images", size): size // 128 for size in AXES["images"]}
    return {
        axis: {size: 1000 * steps[axis, size] * batches.get((axis, size), 1) for size in sizes}
        for axis, sizes in AXES.items()
    }


def slope(cost: dict[int, float]) -> float:
    """By which power the cost grows between the last two sizes."""
    (small, less), (large, more) = list(cost.items())[-2:]
    return math.log(more / less) / math.log(large / small)


def plot(costs: dict[str, dict[int, float]], file: Path) -> None:
    """Draw the costs beside a straight line through the last point."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, places = plt.subplots(1, len(costs), figsize=(11, 3.4), constrained_layout=True)
    for place, (axis, cost) in zip(places, costs.items(), strict=True):
        sizes = list(cost)
        place.loglog(sizes, list(cost.values()), "o-", color="#1f6fb5", label=f"measured, slope {slope(cost):.2f}")
        linear = [cost[sizes[-1]] * size / sizes[-1] for size in sizes]
        place.loglog(sizes, linear, "--", color="#8a94a0", label="linear")
        place.set(xlabel=axis, ylabel=f"ms per {'epoch' if axis == 'images' else 'step'}")
        place.legend(frameon=False)
        place.spines[["top", "right"]].set_visible(False)
    figure.savefig(file, dpi=110)


def main() -> None:
    """Measure, print, and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plot", type=Path, help="a PNG for the plot; needs the extra `bench`")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    arguments = parser.parse_args()
    costs = measure()
    figures = {
        "machine": machine.describe(),
        "milliseconds": costs,
        "slopes": {axis: round(slope(cost), 3) for axis, cost in costs.items()},
    }
    print(json.dumps(figures, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")
    if arguments.plot:
        plot(costs, arguments.plot)


if __name__ == "__main__":
    main()
