"""`vaelab sample` and `vaelab interpolate`: pictures out of a trained model."""

from __future__ import annotations

from math import ceil, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vaelab.cli.arguments import LARGEST_SEED, Class, Output, Run, Runs, Seed
from vaelab.cli.output import require_writable, say, write_file
from vaelab.errors import RunError

if TYPE_CHECKING:
    import numpy as np

    from vaelab.cli.saved import Trained

MOST = 4096  # Images in one picture.


def sample(
    run: Run,
    output: Output,
    n: Annotated[int, typer.Option("--n", metavar="N", min=1, max=MOST, help="How many images.")] = 64,
    seed: Seed = 0,
    temperature: Annotated[
        float,
        typer.Option("--temperature", metavar="T", min=0, max=10, help="Scale of the noise; 1 is the prior."),
    ] = 1.0,
    density: Annotated[
        str,
        typer.Option(
            "--density",
            metavar="KIND",
            help="Draw from: normal (the prior), or what is fitted to the codes: gaussian, mixture, autoregressive. "
            "Unless given, autoregressive for a codebook and normal otherwise.",
            show_default=False,
        ),
    ] = "",
    wanted: Class = None,
    runs: Runs = None,
) -> None:
    """Draw codes from the prior, or from a density fitted to a run's codes, and write what they decode to as one PNG.

    The codes, the seed and the recipe are in the picture's text entries.
    """
    require_writable(output)
    from vaelab.cli.drawing import classes, draw
    from vaelab.cli.grids import picture
    from vaelab.cli.saved import restore

    trained = restore(run, runs)
    condition = classes(trained, wanted, n)
    kind = density or trained.recipe.bottleneck.density
    codes = draw(trained, kind, seed, n, temperature)
    made = {"command": "sample", "density": kind, "seed": seed, "temperature": temperature}
    _write(output, picture(trained, codes, ceil(sqrt(n)), made, condition), n)


def interpolate(
    run: Run,
    output: Output,
    start: Annotated[
        int | None, typer.Option("--from", metavar="I", min=0, help="Start at held-out example I.")
    ] = None,
    end: Annotated[int | None, typer.Option("--to", metavar="J", min=0, help="End at held-out example J.")] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="S", min=0, max=LARGEST_SEED, help="Between two draws from the prior instead."),
    ] = None,
    count: Annotated[
        int, typer.Option("--count", metavar="N", min=2, max=MOST, help="Images, both ends included.")
    ] = 11,
    spherical: Annotated[
        bool, typer.Option("--spherical", help="Along the great arc instead of the straight line.")
    ] = False,
    wanted: Class = None,
    runs: Runs = None,
) -> None:
    """Walk from one code to another and write the images on the way as a film strip in one PNG.

    Both ends are held-out examples (--from and --to), or draws from the prior (--seed, 0 unless given). A run that is
    told the class is told one on the whole way: --class, or else that of the example at the start.
    """
    require_writable(output)
    if (start is None) != (end is None):
        raise RunError("An interpolation between examples needs both of them: give --from and --to.")
    if start is not None and seed is not None:
        raise RunError("The ends are either examples (--from and --to) or draws from the prior (--seed), not both.")
    from vaelab import latent
    from vaelab.cli.drawing import classes, draw
    from vaelab.cli.grids import picture
    from vaelab.cli.saved import restore

    trained = restore(run, runs)
    made: dict[str, Any] = {"command": "interpolate", "path": "spherical" if spherical else "linear"}
    if start is not None and end is not None:
        ends, labels = _example_codes(trained, (start, end))
        made |= {"from": start, "to": end}
        usual = int(labels[0])
    else:
        ends = draw(trained, trained.recipe.bottleneck.density, seed or 0, 2)
        made |= {"seed": seed or 0}
        usual = 0
    condition = classes(trained, usual if wanted is None and trained.recipe.classes else wanted, count)
    codes = (latent.spherical if spherical else latent.linear)(ends[0], ends[1], count)
    _write(output, picture(trained, codes, count, made, condition), count)


def _example_codes(trained: Trained, examples: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Posterior means of held-out examples, [len(examples), size], and their classes."""
    from vaelab.data import load
    from vaelab.evaluation.protocol import held_out
    from vaelab.latent import encode

    images, labels, _ = load(trained.recipe.data.name).test
    for example in examples:
        if example >= len(images):
            raise RunError(
                f"{trained.recipe.data.name} has {len(images):,} held-out examples, numbered from 0, "
                f"so there is no example {example:,}."
            )
    # All of them are binarized before some are taken: the same example is the same everywhere.
    chosen = held_out(images, trained.recipe.data.binarization)[list(examples)]
    told = labels[list(examples)]
    return encode(trained.model, chosen, told)[0], told


def _write(path: Path, content: bytes, count: int) -> None:
    write_file(path, content)
    say(f"{count:,} images in {path}")
