"""Data sets: `vaelab data list`, `show`, and what makes your own of files: `add`, `rename`, `remove`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vaelab.cli.arguments import Json
from vaelab.cli.output import remark, say, say_json, table
from vaelab.errors import DataError

if TYPE_CHECKING:
    from vaelab.data.own.card import Card
    from vaelab.data.own.kept import Own

app = typer.Typer(no_args_is_help=False, rich_markup_mode="rich")
Name = Annotated[
    str, typer.Argument(metavar="NAME", help="A data set, or the name or id of your own.", show_default=False)
]


@app.callback(invoke_without_command=True)
def data(context: typer.Context) -> None:
    """List data sets; show one; make your own of pictures, arrays or tables."""
    if context.invoked_subcommand is None:
        listing()


@app.command("list")
def listing(json: Json = False) -> None:
    """List the data sets, yours among them, and whether they are at hand."""
    from vaelab.data import available, information, names

    found = [(information(name), available(name)) for name in names()]
    if json:
        say_json([
            {
                "name": about.name, "title": about.title, "shape": about.shape, "train": about.train,
                "test": about.test, "classes": about.classes, "at_hand": at_hand, "licence": about.licence,
            }
            for about, at_hand in found
        ])  # fmt: skip
        return
    columns = ("name", "title", "shape", "train", "test", "at hand", "licence")
    rows = [
        [about.name, about.title, " x ".join(map(str, about.shape)), f"{about.train:,}", f"{about.test:,}",
         "yes" if at_hand else "no", about.licence]
        for about, at_hand in found
    ]  # fmt: skip
    table(columns, rows)


@app.command()
def show(
    name: Name,
    verify: Annotated[bool, typer.Option("--verify", help="Compare own data with their checksums.")] = False,
    json: Json = False,
) -> None:
    """Show a data set's card and a recipe to begin with; one that comes with vaelab is downloaded if need be."""
    from vaelab.data import available, information, load
    from vaelab.data.own import kept
    from vaelab.data.own.card import card
    from vaelab.data.own.folder import is_own
    from vaelab.presets.suggestion import suggest

    name = kept.resolve(name)
    about = information(name)
    if not available(name) and not is_own(name):
        remark(f"Downloading {about.title} ({about.source.rstrip('.')}; {about.licence}) ...")
    if verify and is_own(name):
        kept.verify(name)
    measured = card(load(name), about)
    suggestion = suggest(measured)
    settings = [word for setting in suggestion.settings for word in ("--set", setting)]
    command = shlex.join(["vaelab", "train", suggestion.preset, "--data", name, *settings])
    steps = list(kept.get(name).steps) if is_own(name) else [about.source]
    if json:
        say_json({"name": name, "title": about.title, "steps": steps, **_numbers(measured), "command": command})
        return
    say(f"{about.title} ({name}) is at hand{', verified' if verify and is_own(name) else ''}.")
    for sentence in [*steps, *measured.sentences()]:
        say(f"  {sentence}")
    say(f"  To begin with: {suggestion.reason}\n    {command}")


@app.command()
def add(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...",
            help="A folder or .zip of PNG, JPEG or WebP pictures (its folders are classes), a sprite sheet, .npy, "
            ".npz, IDX or .csv; with an array, a second one of labels.",
            show_default=False,
        ),
    ],
    title: Annotated[str, typer.Option("--name", metavar="TEXT", help="What to call it; as the file by default.")] = "",
    size: Annotated[str, typer.Option(metavar="N|WxH", help="Pixels of an example, 8 to 128 a side.")] = "",
    fit: Annotated[str, typer.Option(metavar="crop|pad|stretch", help="For pictures of another shape.")] = "crop",
    colour: Annotated[str, typer.Option("--colour", metavar="auto|grey|colour", help="Channels to keep.")] = "auto",
    invert: Annotated[str, typer.Option(metavar="auto|yes|no", help="Make dark on light light on dark.")] = "auto",
    test: Annotated[float, typer.Option(metavar="SHARE", help="Held out for tests.")] = 0.2,
    classes: Annotated[bool, typer.Option(help="Take folders and labels for classes.")] = True,
    tile: Annotated[int, typer.Option(metavar="N", help="Side of a tile of a sprite sheet; 0 to find it.")] = 0,
    gap: Annotated[int, typer.Option(metavar="N", help="Pixels between the tiles of a sprite sheet.")] = 0,
    label: Annotated[
        str, typer.Option(metavar="COLUMN", help="Of a table: its name or number, last, or none; found unless given.")
    ] = "",
    features: Annotated[int, typer.Option(metavar="N", help="Rows are sequences, with N numbers per step.")] = 0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
) -> None:
    """Make a data set of your own. Nothing leaves this machine, and the files stay as they are.

    For example: [bold]vaelab data add pictures.zip --size 32 --colour grey --dry-run[/]
    """
    from vaelab.data.own.options import Options
    from vaelab.data.own.planning import plan
    from vaelab.data.own.storing import store

    options = Options(
        _size(size), fit, colour, invert, test, classes, tile, gap, label, features  # type: ignore[arg-type] - checked.
    )  # fmt: skip
    planned = plan(paths[0] if len(paths) == 1 else paths, options)
    for sentence in planned.sentences():
        say(sentence)
    if dry_run:
        remark("Nothing was kept; leave out --dry-run to keep it.")
        return
    stored = store(planned, title)
    if stored.dropped.total:
        remark(stored.dropped.sentence())
    verb = "were there already" if stored.known else "are kept"
    say(f"These data {verb}: {stored.own.title} ({stored.own.name}). See: vaelab data show {stored.own.name}")


@app.command()
def rename(name: Name, title: Annotated[str, typer.Argument(metavar="TITLE", help="The new name.")]) -> None:
    """Call data of your own something else; recipes and runs do not notice."""
    from vaelab.data.own import kept

    say(f"{name} is called {kept.rename(_mine(name).name, title).title} now.")


@app.command()
def remove(name: Name, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False) -> None:
    """Delete data of your own. Models trained on them stay, and can still be explored."""
    from vaelab.data.own import kept

    own = _mine(name)
    if not yes and not typer.confirm(f"Delete {own.title} ({own.train + own.test:,} examples)?", err=True):
        remark("Nothing was deleted.")
        return
    kept.remove(own.name)
    say(f"{own.title} was deleted; models trained on it stay.")


def _numbers(card: Card) -> dict[str, Any]:
    return {
        "count": card.count, "train": card.train, "test": card.test, "shape": card.shape, "classes": card.class_counts,
        "near_duplicates": card.near_duplicates, "looked_at": card.looked_at,
        "spectrum": [round(float(share), 6) for share in card.spectrum],
    }  # fmt: skip


def _mine(name: str) -> Own:
    from vaelab.data.own import kept
    from vaelab.data.own.folder import is_own

    found = kept.resolve(name)
    if not is_own(found):
        known = ", ".join(own.title for own in kept.everything()[:12])
        raise DataError(f"There are no own data called {name!r:.60}; there are {known or 'none yet'}.")
    return kept.get(found)


def _size(text: str) -> tuple[int, int] | None:
    """Height and width from "32" or "28x20", which is width x height; raises `DataError`."""
    if not text:
        return None
    parts = text.lower().split("x")
    if len(parts) not in (1, 2) or not all(part.isdecimal() and len(part) < 5 for part in parts):
        raise DataError(f"--size wants pixels, such as 32, or width x height, such as 28x20, but got {text!r:.40}.")
    return int(parts[-1]), int(parts[0])
