"""The Typer application: its commands, `--version`, and how a failure becomes a sentence and exit code 2."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from vaelab.cli import data, evaluating, keeping, listing, moving, pictures, reproducing, sweeping, training
from vaelab.cli.signals import INTERRUPTED
from vaelab.errors import VaelabError

MISUSE = 2  # Exit code of whatever the user can understand and mend.


class Commands(TyperGroup):
    """The group of all commands; what they raise ends here."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; a failure that is no bug is told in one sentence, without a traceback."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()  # Here, so that a reader who has gone is noticed while it can still be said.
            return result
        except VaelabError as error:
            sentence, code = str(error), MISUSE
        except BrokenPipeError:
            _abandon_output()
            sentence, code = "The output was closed before all of it was written.", MISUSE
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            sentence, code = f"{where}{error.strerror or error}.", MISUSE
        except KeyboardInterrupt:
            sentence, code = "Interrupted.", INTERRUPTED
        typer.echo(sentence, err=True)
        raise typer.Exit(code)


def _abandon_output() -> None:
    """Point standard output nowhere: Python flushes it once more at exit, and would complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"vaelab {version('vaelab')}")
        raise typer.Exit


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
)


@app.callback()
def vaelab(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Train autoencoders, and see what they have learned.

    A RUN is the folder of a trained model, or its name among your runs or those that come with vaelab.
    """


for command in (
    training.train,
    sweeping.sweep,
    evaluating.evaluate,
    pictures.sample,
    pictures.interpolate,
    reproducing.reproduce,
    listing.presets,
    listing.runs,
    listing.verify,
    keeping.compare,
    keeping.rename,
    keeping.note,
    keeping.remove,
    keeping.restore,
    keeping.share,
    moving.export,
    moving.script,
    pictures.origin,
):
    app.command()(command)
app.command("import")(moving.import_)  # Python keeps the word for itself.
app.add_typer(data.app, name="data")
