"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

LARGEST_SEED = 2**31 - 1

Run = Annotated[str, typer.Argument(metavar="RUN", help="The folder or the name of a run.", show_default=False)]
Runs = Annotated[
    Path | None,
    typer.Option(
        "--runs",
        metavar="DIR",
        envvar="VAELAB_RUNS_DIR",
        help="The folder of your runs; [bold]runs[/] unless given.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Seed = Annotated[int, typer.Option("--seed", metavar="S", min=0, max=LARGEST_SEED, help="Of everything random.")]
Class = Annotated[
    int | None,
    typer.Option("--class", metavar="C", min=0, help="The class to decode, for runs told it.", show_default=False),
]
Output = Annotated[
    Path, typer.Option("--output", "-o", metavar="FILE.png", help="The picture to write.", show_default=False)
]
Source = Annotated[
    str,
    typer.Argument(
        metavar="PRESET_OR_RECIPE.json",
        help="A name from [bold]vaelab presets[/], or the file of a recipe.",
        show_default=False,
    ),
]
DataName = Annotated[
    str | None,
    typer.Option("--data", metavar="NAME", help="The data set: a name from [bold]vaelab data list[/], or your own."),
]
Epochs = Annotated[
    int | None,
    typer.Option("--epochs", metavar="N", help="Passes over the data; more of them train a run on."),
]
Assignments = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="FIELD=VALUE", help="Change a field of the recipe; may be repeated."),
]
