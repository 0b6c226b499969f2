"""`vaelab reproduce`: train under a stated protocol, measure, and hold the result against the published figure."""

from __future__ import annotations

import json as encoding
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vaelab.cli.arguments import Json, Runs, Seed
from vaelab.cli.output import remark, say, say_json, write_file
from vaelab.cli.output import table as show_table
from vaelab.cli.signals import INTERRUPTED, Interruption, watch
from vaelab.errors import RunError

if TYPE_CHECKING:
    from vaelab.data import Dataset
    from vaelab.model import Autoencoder
    from vaelab.recipe import Recipe
    from vaelab.reproduction import Figure, Reproduction

RECORD = "reproductions.jsonl"


def reproduce(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="What to reproduce; without it, all there is is listed.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A reduced run on the digits that come with vaelab, in a minute or so.")
    ] = False,
    seed: Seed = 0,
    runs: Runs = None,
    record: Annotated[
        Path | None,
        typer.Option("--record", metavar="FILE", help=f"Append the result there; {RECORD} among your runs if absent."),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option("--table", metavar="FILE", help="Print the results recorded in a file as a Markdown table."),
    ] = None,
    json: Json = False,
) -> None:
    """Train what a published figure needs, measure it, and print reached and published side by side.

    Ctrl-C saves and stops; the same command goes on where it stopped. The models stay among your runs.
    """
    from vaelab import checkpoints
    from vaelab.reproduction import REPRODUCTIONS, reproduction

    if table is not None:
        from vaelab.reproduction.table import markdown, read

        if not table.is_file():
            raise RunError(f"There are no results in {table}; vaelab reproduce NAME --record {table} appends one.")
        say(markdown(read(table)))
        return
    if name is None:
        _list(list(REPRODUCTIONS.values()), json)
        return
    chosen, root = reproduction(name), runs or checkpoints.runs_root()
    command = f"vaelab reproduce {name}" + (" --quick" if quick else "") + (f" --seed {seed}" if seed else "")
    with watch() as interruption:
        result = _reproduce(chosen, root, quick, seed, command, interruption)
    _append(record or root / RECORD, result)
    if json:
        say_json(result)
    else:
        _print(chosen, result)


def _reproduce(
    chosen: Reproduction, root: Path, quick: bool, seed: int, command: str, interruption: Interruption
) -> dict[str, Any]:
    from vaelab.reproduction import Bench
    from vaelab.training.devices import configure

    remark(f"{chosen.title}: {chosen.quick if quick else chosen.protocol}")
    configure()
    prefix = f"reproduce-{chosen.name}{'-quick' if quick else ''}"
    train, seconds = _trainer(root, prefix, seed, command, interruption)
    started = time.perf_counter()
    reached = chosen.run(Bench(train, remark, quick, seed))
    # What was trained in an earlier call counts too; its seconds are in the run's folder.
    elapsed = time.perf_counter() - started + sum(seconds.values())
    return {
        "name": chosen.name, "quick": quick, "seed": seed, "reached": reached, "seconds": round(elapsed, 1),
        "command": command,
    }


def _trainer(
    root: Path, prefix: str, seed: int, command: str, interruption: Interruption
) -> tuple[Callable[[str, Recipe, Dataset | None], Autoencoder], dict[str, float]]:
    """A function that trains a run to its end, going on from what an earlier call has left, and earlier seconds."""
    earlier: dict[str, float] = {}

    def train(label: str, recipe: Recipe, dataset: Dataset | None) -> Autoencoder:
        from flax import nnx

        from vaelab import checkpoints
        from vaelab.cli.progress import display
        from vaelab.cli.recipes import Chosen
        from vaelab.cli.session import Session
        from vaelab.cli.training import open_run, run_name
        from vaelab.data import load

        folder = root / run_name(f"{prefix}-{label}-seed{seed}".replace("_", "-"))
        with checkpoints.writer(folder):
            open_run(folder, Chosen(label, f"{label}, to reproduce a figure", recipe), seed, command)
            session = Session(folder, recipe, dataset or load(recipe.data.name), seed, command)
            clock = folder / "seconds"
            earlier[label] = spent = float(clock.read_text()) if clock.is_file() else 0.0
            finished = session.step >= session.steps
            if not finished:
                remark(f"{label}: training to step {session.steps:,}, in {folder}. Ctrl-C saves and stops.")
                started = time.perf_counter()
                with display(recipe.training.batch_size) as shown:
                    finished = session.run(interruption, shown)
                write_file(clock, f"{spent + time.perf_counter() - started:.1f}".encode())
        if not finished:
            say(f"Stopped at step {session.step:,} of {session.steps:,} of {label}. Go on with:\n{command}")
            raise typer.Exit(INTERRUPTED)
        nnx.update(session.model, session.state.parameters)
        return session.model

    return train, earlier


def _append(file: Path, result: dict[str, Any]) -> None:
    """One more line; the lines of earlier results stay."""
    before = file.read_bytes() if file.is_file() else b""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_file(file, before + encoding.dumps(result, allow_nan=False).encode() + b"\n")


def _print(chosen: Reproduction, result: dict[str, Any]) -> None:
    if result["quick"]:
        rows = [
            (key, f"{reached:.5g}", *(f"{number:g}" for number in chosen.expected.get(key, ())))
            for key, reached in result["reached"].items()
        ]
        show_table(("figure", "reached", "recorded", "tolerance"), [(*row, "", "")[:4] for row in rows])
    else:
        measured = [figure for figure in chosen.figures if figure.key in result["reached"]]
        show_table(
            ("figure", "reached", "published", "within bound", "source"),
            [_row(figure, result["reached"][figure.key]) for figure in measured],
        )
    minutes, seconds = divmod(round(result["seconds"]), 60)
    say(f"seed {result['seed']}, {minutes}:{seconds:02} minutes; {result['command']}")


def _row(figure: Figure, reached: float) -> tuple[str, ...]:
    published = "" if figure.published is None else f"{figure.published:g}"
    verdict = "" if figure.limit is None else "yes" if figure.holds(reached) else "NO"
    return figure.title, f"{reached:.5g}", published, verdict, figure.source


def _list(found: list[Reproduction], json: bool) -> None:
    if json:
        say_json(
            [
                {
                    "name": each.name, "title": each.title, "protocol": each.protocol, "quick": each.quick,
                    "figures": [figure._asdict() for figure in each.figures],
                }
                for each in found
            ]
        )
        return
    for each in found:
        say(f"{each.name:<16} {each.title}\n    {each.protocol}")
        for figure in each.figures:
            if figure.published is not None:
                say(f"    {figure.title}: {figure.published:g} ({figure.source})")
