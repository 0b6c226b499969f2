"""`vaelab sample` and `vaelab interpolate`: pictures out of a trained model; `vaelab origin`: how one was made."""

from __future__ import annotations

import shlex
from math import ceil, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vaelab.cli.arguments import LARGEST_SEED, Class, Output, Run, Runs, Seed
from vaelab.cli.output import require_writable, say, say_json, write_file
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
    from vaelab.cli.grids import grid, known
    from vaelab.cli.origin import to_png
    from vaelab.cli.saved import restore

    trained = restore(run, runs)
    condition = classes(trained, wanted, n)
    kind = density or trained.recipe.bottleneck.density
    codes = draw(trained, kind, seed, n, temperature)
    options = {"--n": n, "--seed": seed, "--temperature": temperature, "--density": kind, "--class": wanted}
    made = {
        "command": _command("sample", run, output, options), "density": kind, "seed": seed, "temperature": temperature,
    }  # fmt: skip
    texts = known(trained, codes, made, condition)
    _write(output, to_png(grid(_decoded(trained, codes, condition), ceil(sqrt(n))), texts), n)


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
        int | None,
        typer.Option(
            "--count", metavar="N", min=2, max=MOST, help="Images, both ends included; 11, or 41 that move.",
            show_default=False,
        ),
    ] = None,
    spherical: Annotated[
        bool, typer.Option("--spherical", help="Along the great arc instead of the straight line.")
    ] = False,
    seconds: Annotated[
        float, typer.Option("--seconds", metavar="T", min=0.1, max=600, help="How long a GIF or WebP lasts.")
    ] = 4.0,
    loop: Annotated[bool, typer.Option("--loop/--once", help="Whether a GIF or WebP begins again.")] = True,
    wanted: Class = None,
    runs: Runs = None,
) -> None:
    """Walk from one code to another and write the images on the way: a film strip in a PNG, a film in a .gif or .webp.

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
    from vaelab.cli.grids import grid, known
    from vaelab.cli.origin import ANIMATED, to_animation, to_png
    from vaelab.cli.saved import restore

    trained = restore(run, runs)
    suffix = output.suffix.lower()
    count = count or (41 if suffix in ANIMATED else 11)
    options = {
        "--from": start, "--to": end, "--seed": seed, "--count": count, "--spherical": spherical, "--class": wanted,
    } | ({"--seconds": seconds, "--once": not loop} if suffix in ANIMATED else {})  # fmt: skip
    made: dict[str, Any] = {
        "command": _command("interpolate", run, output, options), "path": "spherical" if spherical else "linear",
    }  # fmt: skip
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
    images, texts = _decoded(trained, codes, condition), known(trained, codes, made, condition)
    if suffix in ANIMATED:
        frames = [grid(images[index : index + 1], 1) for index in range(count)]
        content = to_animation(frames, texts, suffix, seconds, loop)
    else:
        content = to_png(grid(images, count), texts)
    _write(output, content, count)


def origin(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A PNG, GIF or WebP.", show_default=False)],
) -> None:
    """Say how a picture of vaelab was made: the run, its recipe, the codes, the seed, the command; as JSON."""
    from vaelab.cli.origin import read_origin

    say_json(read_origin(file))


def _command(name: str, run: str, output: Path, options: dict[str, Any]) -> str:
    """The command line that makes the same picture."""
    # Not the name that was given: the same picture is the same file.
    words = ["vaelab", name, run, "-o", f"picture{output.suffix}"]
    for option, value in options.items():
        if value is True:
            words.append(option)
        elif value is not None and value is not False:
            words += [option, str(value)]
    return shlex.join(words)


def _decoded(trained: Trained, codes: np.ndarray, condition: np.ndarray | None) -> np.ndarray:
    """Images [N, ...] of codes [N, size], each told its class if there is one."""
    from vaelab.latent import decode

    return decode(trained.model, trained.recipe.objective.likelihood, codes, condition)


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
