"""Runs that go elsewhere: `vaelab export`, `import` and `script`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from vaelab.cli.arguments import Run, Runs
from vaelab.cli.output import remark, say, write_file

File = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="The file to write.", show_default=False)
]


def export(
    run: Run,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help="A folder that does not exist yet.", show_default=False)
    ] = None,
    output: File = None,
    title: Annotated[str, typer.Option(metavar="TEXT", help="What to call it; as it is called unless given.")] = "",
    runs: Runs = None,
) -> None:
    """Copy a run without what only training needs: as one file (-o) for [bold]vaelab import[/], or as a folder."""
    from vaelab import checkpoints
    from vaelab.cli.saved import find
    from vaelab.errors import RunError

    if (folder is None) == (output is None):
        raise RunError("Say where to: a FOLDER that does not exist yet, or -o FILE.vaelab.zip.")
    found = find(run, runs)
    if output:
        if title:
            raise RunError("A title is given to a folder only; rename the run where you import it.")
        content = checkpoints.pack_run(found)
        write_file(output, content)
        say(f"Exported to {output}: {len(content) / 1e6:.1f} MB.")
    elif folder:
        step = checkpoints.export_run(found, folder, title)
        size = sum(file.stat().st_size for file in step.iterdir()) / 1e6
        say(f"Exported to {folder}: {size:.1f} MB.")


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="From vaelab export -o.", show_default=False)],
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="Of the run; drawn unless given.", show_default=False)
    ] = "",
    runs: Runs = None,
) -> None:
    """Add a run that was exported to one file, after checking that it is nothing else."""
    from vaelab import checkpoints
    from vaelab.checkpoints import files
    from vaelab.checkpoints.archive import MAXIMUM_BYTES

    content = files.read(file, MAXIMUM_BYTES)
    folder = checkpoints.import_run(content, runs or checkpoints.runs_root(), file.name, name)
    say(f"Imported {checkpoints.about_run(folder)['title']!r} as {folder}.")


def script(run: Run, output: File = None, runs: Runs = None) -> None:
    """Write a Python script that trains a run again, to the same numbers on the same kind of device."""
    from vaelab import checkpoints
    from vaelab.cli.saved import find

    found = checkpoints.script_of(find(run, runs))
    for caveat in found.caveats:
        remark(caveat)
    if output is None:
        say(found.text)
        return
    write_file(output, found.text.encode())
    say(f"Written to {output}; run it with: python {os.fspath(output)}")
