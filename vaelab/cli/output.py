"""What commands print: results on standard output, remarks on standard error, and tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from vaelab.errors import VaelabError


def say(text: str) -> None:
    """A result, on standard output."""
    typer.echo(text)


def remark(text: str) -> None:
    """Something to know that is not the result, on standard error."""
    typer.echo(text, err=True)


def say_json(value: Any) -> None:
    """A result as indented JSON; NaN and infinity are refused, since no other reader accepts them."""
    typer.echo(json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False))


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows of text under headings: framed and fitted on a terminal, one unbroken line each in a pipe."""
    if not sys.stdout.isatty():
        widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
        for row in (columns, *rows):
            say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(*columns, box=box.SIMPLE_HEAD)
    for row in rows:
        drawn.add_row(*map(Text, row))  # Not markup: a run's name is shown as it is.
    Console().print(drawn)


def require_writable(path: Path) -> None:
    """Raise `VaelabError` if a file cannot be written there, before time is spent on its content."""
    if not path.parent.is_dir():
        raise VaelabError(f"The folder {path.parent} does not exist; create it, or write the file elsewhere.")
    if path.is_dir():
        raise VaelabError(f"{path} is a folder; give the name of a file.")


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole; raises `VaelabError` with the reason when the disk or its permissions say no."""
    require_writable(path)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise VaelabError(f"{path} cannot be written ({error.strerror or error}).") from error
