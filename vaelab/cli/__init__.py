"""The command line: train, evaluate, sample, interpolate, and lists of what there is.

Each file holds a group of commands and imports what computes inside of them, so that
`vaelab --help` stays instant.
"""

from vaelab.cli.application import app


def main() -> None:
    """Run the command that the process was called with, and exit with its code."""
    app(prog_name="vaelab")


__all__ = ["app", "main"]
