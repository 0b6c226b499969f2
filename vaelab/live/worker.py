"""`python -m vaelab.live.worker`: a process that waits, warm, for a run, and then trains it to its end.

Orders come on standard input, one JSON object per line: `{"warm": recipe}` compiles a recipe ahead, `{"run": folder}`
is the last one. The end of the input before that means that the server has gone, and ends the process.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from vaelab.checkpoints import files, read_status, sweep_of, write_status, writer
from vaelab.errors import VaelabError
from vaelab.live.control import LIVE, LOG, read_control
from vaelab.live.limits import confine, limits
from vaelab.live.states import WORKING

SHORT_OF_MEMORY = "The memory did not suffice. Choose smaller batches or a smaller model; what was saved is kept."


def main() -> int:
    """Wait for a run and train it; 0 also when it was asked to end, 1 when training failed."""
    if hasattr(os, "nice"):
        os.nice(10)  # Whoever looks at the page comes first.
    _import_everything()
    run = _wait_for_run()
    return 0 if run is None else _train(run)


def _import_everything() -> None:
    """Pay for JAX before anyone waits for it."""
    from vaelab.live import sweep_trainer, trainer  # noqa: F401
    from vaelab.training.devices import configure

    configure()


def _wait_for_run() -> Path | None:
    rest = b""
    while content := os.read(0, 1 << 16):
        *lines, rest = (rest + content).split(b"\n")
        orders = [json.loads(line) for line in lines]
        for order in orders:
            if "run" in order:
                return Path(order["run"])
        if orders:
            _warm(orders[-1]["warm"])
    return None


def _warm(recipe_json: dict[str, Any]) -> None:
    """Take one step of a recipe and look at it once, so that all its programs are compiled."""
    from vaelab.data import available, load
    from vaelab.live.snapshot import Snapshot
    from vaelab.recipe import from_json
    from vaelab.training.threads import suit

    try:
        recipe = from_json(recipe_json)
        if not available(recipe.data.name):
            return  # Compiling ahead is no reason to download.
        suit(recipe.architecture(), recipe.training.batch_size)
        dataset = load(recipe.data.name)
        progress = next(iter(recipe.train(dataset=dataset)))
        snapshot = Snapshot(recipe, dataset, 0)
        snapshot.load(progress.state.parameters)
        snapshot.refresh(recipe.objective)
    except VaelabError:
        return  # Whoever trains it will be told.


class _Leave(BaseException):
    """Raised by a signal while there is nothing to lose yet, wherever the worker is: loading, compiling."""


def _train(run: Path) -> int:
    """Train one run; whatever goes wrong ends in its status, in words."""
    from vaelab.live.sweep_trainer import SweepTrainer
    from vaelab.live.trainer import Trainer
    from vaelab.live.wishes import ENDINGS

    asked: list[int] = []
    trainer: Trainer | SweepTrainer | None = None

    def ask(number: int, _: Any) -> None:
        asked.append(number)
        if trainer is None or not trainer.under_way:
            raise _Leave

    try:
        with writer(run, wait=10):  # The worker before may still be on its way out.
            _log_to(run)
            try:
                for number in (signal.SIGTERM, signal.SIGINT):
                    signal.signal(number, ask)
                confine(limits())
                kind = SweepTrainer if len(sweep_of(run)) > 1 else Trainer
                trainer = kind(run, leave=lambda: bool(asked))
                trainer.work()
                return 0
            except _Leave:
                ending = "stopped" if read_control(run).wanted == "stop" else "interrupted"
                return _end(run, ending, ENDINGS[ending])
            except VaelabError as error:
                traceback.print_exc()
                return _end(run, "failed", str(error))
            except OSError as error:
                traceback.print_exc()
                return _end(run, "failed", f"The run's folder cannot be written ({error.strerror}). Free some space.")
            except Exception as error:  # The last line of defence: a status must never stay at "training".
                traceback.print_exc()
                name = type(error).__name__
                if isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error):
                    return _end(run, "failed", SHORT_OF_MEMORY)
                return _end(run, "failed", f"Training ended with an unexpected error ({name}); details are in {LOG}.")
    except VaelabError as error:
        print(error, file=sys.stderr)  # Another worker has the run; its status is not ours to change.
        return 1


def _end(run: Path, state: str, message: str) -> int:
    """Write how it ended, and with it the runs of its sweep that were under way; returns the exit code."""
    try:
        for folder in sweep_of(run):
            if folder == run or read_status(folder).get("state") in WORKING:
                write_status(folder, {**read_status(folder), "state": state, "message": message})
    except OSError:
        traceback.print_exc()  # Then the run is found without its worker, and shown as interrupted.
    return int(state == "failed")


def _log_to(run: Path) -> None:
    """Let go of the server's pipe and terminal: from here on the run belongs to its folder alone."""
    files.make_folder(run / LIVE)
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(run / LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, files.FILE_MODE)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(nothing)
    os.close(log)


if __name__ == "__main__":
    sys.exit(main())
