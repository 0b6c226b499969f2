"""Call the command line as a user would."""

from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from vaelab.checkpoints import latest_step, load_step
from vaelab.cli import app

SMALL = ("--data", "digits", "--epochs", 2, "--set", "backbone.hidden=16")


def call(*arguments: Any, **environment: str) -> Any:
    """Run a command in this process; the result has `exit_code`, `stdout` and `stderr`."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env=environment)


def refused(*arguments: Any) -> str:
    """The one sentence with which a command fails; anything else than exit code 2 is a failure of the test."""
    result = call(*arguments)
    assert result.exit_code == 2, (result.exit_code, result.stdout, result.stderr, result.exception)
    assert "Traceback" not in result.stderr
    sentence = result.stderr.strip()
    assert "\n" not in sentence, sentence
    assert sentence.endswith((".", "?")), sentence
    return sentence


def arrays(run: Path) -> dict[str, bytes]:
    """Every array of the newest step, model and training state, as bytes to compare."""
    newest = latest_step(run)
    assert newest is not None
    step = load_step(newest)
    assert step.training is not None
    return {name: array.tobytes() for name, array in (step.parameters | step.training).items()}
