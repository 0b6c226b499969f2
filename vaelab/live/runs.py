"""The runs of a server: started, commanded, watched, found again after a restart.

The folders are the truth: this object holds only what can be read from them again (caches) and the processes that it
started. It is shared by all sessions, so every method may be called from any thread, and a run is addressed by its
id, which is looked up among the folders and never used as a path.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vaelab.checkpoints import (
    RunSummary,
    about_run,
    create_run,
    find_run,
    read_status,
    recipe_of,
    runs_root,
    sweep_of,
    write_status,
)
from vaelab.checkpoints.runs import NAME
from vaelab.errors import CheckpointError, RunError
from vaelab.live.catalogue import Catalogue
from vaelab.live.control import ENCODER, FRAME, Control, change_control, read_control
from vaelab.live.describe import tune
from vaelab.live.limits import limits, require_space
from vaelab.live.pool import Pool
from vaelab.live.processes import terminate
from vaelab.live.states import COMMANDS, OVER, RESUMABLE
from vaelab.live.stored import shown
from vaelab.live.watch import Newest, Watch
from vaelab.recipe import from_json
from vaelab.spec import to_json
from vaelab.sweep import Variant


class Runs:
    """The runs below `root`, to train and to look at, and the `shipped` ones, to look at."""

    def __init__(self, root: Path | None = None, shipped: Path | None = None, maximum: int | None = None):
        self.root = (root or runs_root()).resolve()
        self.shipped = shipped
        self._limits = limits() if maximum is None else limits()._replace(runs=maximum)
        self._lock = threading.RLock()
        self._watch = Watch(self.folder)
        self._catalogue = Catalogue(self.root)
        self._pool = Pool(self.root, self._limits)

    # --- making ---------------------------------------------------------------------------------------------

    def start(
        self, recipe: dict[str, Any], *, seed: int = 0, title: str = "", command: str = "", visitor: str = ""
    ) -> str:
        """Train a recipe (tagged JSON) from a seed, now or as soon as there is room; returns the run's id.

        Visitors take turns when there is not room for all; the text tells one from another, and nothing else.
        """
        checked = from_json(recipe)
        with self._lock:
            self._require_room(visitor)
            run = secrets.token_hex(8)
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            create_run(self.root / run, to_json(checked), title=title or run, command=command, seed=seed, created=now)
            self._queue(run, Control(), visitor=visitor)
        return run

    def start_sweep(
        self, variants: Sequence[Variant], *, title: str = "", command: str = "", visitor: str = ""
    ) -> list[str]:
        """Train several recipes together, with one worker; returns the runs' ids, in the order of the variants.

        What is told to one of them is told to all.
        """
        with self._lock:
            self._require_room(visitor)
            runs = [secrets.token_hex(8) for _ in variants]
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            for run, (recipe, seed, label) in zip(runs, variants, strict=True):
                create_run(
                    self.root / run, to_json(recipe), title=f"{title}, {label}", command=command, seed=seed,
                    created=now, sweep=runs,
                )  # fmt: skip
            self._queue(runs[0], Control(), visitor=visitor)
        return runs

    def resume(self, run: str, *, epochs: int = 0) -> None:
        """Train on from the newest step, with `epochs` more than the run was made for; `RunError` when it cannot."""
        with self._lock:
            run = self._spokesman(run)
            if (status := self.status(run))["live"] and status["state"] == "paused":
                self.command(run, "resume")
            else:
                self._restart(run, Control(), epochs)

    def prepare(self, recipe: dict[str, Any] | None = None) -> None:
        """Keep a worker warm for the next click, with this recipe compiled if one is on the screen."""
        self._pool.prepare(recipe)

    def close(self) -> None:
        """Let the spare worker and the housekeeping go; runs that are training go on."""
        self._pool.close()

    # --- telling ----------------------------------------------------------------------------------------------

    def command(self, run: str, name: str) -> None:
        """`pause`, `resume`, `step` or `stop` a run; raises `RunError` when it makes no sense in its state."""
        if name not in COMMANDS:
            raise RunError(f"There is no command {name!r:.40}; use one of {', '.join(COMMANDS)}.")
        with self._lock:
            run = self._spokesman(run)
            folder, status = self.own(run), self.status(run)
            if status["live"] or (status["state"] == "queued" and name != "stop"):
                for member in sweep_of(folder):
                    change_control(member, COMMANDS[name])
                if name == "stop" and status["state"] in ("starting", "compiling"):
                    terminate(status)  # It may be waiting for a download, and has nothing to save yet.
            elif name in ("resume", "step") and status["state"] in RESUMABLE:
                self._restart(run, Control(wanted="run" if name == "resume" else "pause", steps=int(name == "step")))
            elif name == "stop" and status["state"] in ("queued", "paused"):
                for member in sweep_of(folder):
                    write_status(member, {**read_status(member), "state": "stopped", "message": "Stopped by hand."})
            else:
                raise RunError(f"This run is {status['state']}, so it cannot {name}. Start a new one or train it on.")

    def knobs(self, run: str, values: dict[str, Any]) -> None:
        """Turn knobs of a run (paths of its recipe); raises `RunError` naming the knob and its range."""
        folder = self.own(run)
        if len(sweep_of(folder)) > 1:
            raise RunError("The runs of a sweep differ in their knobs, so these cannot be turned. Choose another run.")
        tune(from_json(recipe_of(folder)), values)
        if (state := self.status(run)["state"]) in OVER:
            raise RunError(f"This run is {state}; its knobs cannot be turned any more.")
        numbers = {path: float(value) for path, value in values.items()}
        change_control(folder, lambda control: control._replace(knobs={**control.knobs, **numbers}))

    # --- looking ----------------------------------------------------------------------------------------------

    def known(self, run: str) -> bool:
        """Whether there is such a run."""
        try:
            self.folder(run)
        except RunError:
            return False
        return True

    def status(self, run: str) -> dict[str, Any]:
        """`state`, `message`, `step`, ...; a run whose worker has died is "interrupted", a shipped one "trained"."""
        return self._watch.status(run)

    def about(self, run: str) -> dict[str, Any]:
        """`title`, `command`, `seed` and `recipe` (tagged JSON), as the run was made."""
        folder = self.folder(run)
        about = about_run(folder)
        return {**about, "title": shown(about.get("title", run)), "recipe": recipe_of(folder)}

    def sweep(self, run: str) -> list[str]:
        """The ids of the runs that are trained together with a run, in their order, or the run alone."""
        return [folder.name for folder in sweep_of(self.folder(run))]

    def frame(self, run: str) -> bytes:
        """The newest frame."""
        return self._watch.newest(run).content

    def encoder(self, run: str) -> bytes:
        """The encoder of the newest weights, as `live.encoders` packs it."""
        return self._watch.encoder(run)

    def newest(self, run: str) -> Newest:
        """The newest frame with its sequence number and version."""
        return self._watch.newest(run)

    def version(self, run: str) -> tuple[Any, ...]:
        """What differs when there is a newer frame; costs two system calls."""
        return self._watch.version(run)

    def summaries(self) -> list[RunSummary]:
        """All runs below the root, newest first, with their present states."""
        return self._catalogue.summaries()

    def folder(self, run: str) -> Path:
        """The folder of a run, by its id; raises `RunError` when there is none."""
        if NAME.fullmatch(run):
            try:
                return find_run(run, self.root, self.shipped)
            except CheckpointError:
                pass
        raise RunError("There is no such run. It may have been deleted; start a new one.")

    def own(self, run: str) -> Path:
        """The folder of a run that may be trained: not a shipped one."""
        folder = self.folder(run)
        if folder.parent != self.root:
            raise RunError("This run is shipped with vaelab: it can be looked at, not trained. Start one of your own.")
        return folder

    # --- inside -----------------------------------------------------------------------------------------------

    def _spokesman(self, run: str) -> str:
        """The run of a sweep whose state is that of the whole: one at work, else one that has not finished."""
        states = {name: self.status(name) for name in self.sweep(run)}
        return min(states, key=lambda name: (not states[name]["live"], states[name]["state"] in OVER))

    def _restart(self, run: str, control: Control, epochs: int = 0) -> None:
        status = self.status(run)
        run = self.sweep(run)[0]
        folder = self.own(run)
        if status["state"] == "finished" and epochs < 1:
            raise RunError("This run has finished its epochs. Give it more of them to train on.")
        if status["live"] or status["state"] not in (*RESUMABLE, "finished"):
            raise RunError(f"This run is {status['state']} already.")
        before = read_control(folder)
        total = max(before.epochs, from_json(recipe_of(folder)).training.epochs) + epochs
        self._require_room()
        self._queue(run, control._replace(epochs=total, knobs=before.knobs), status.get("step"))

    def _queue(self, run: str, control: Control, step: int | None = 0, visitor: str = "") -> None:
        asked = {"queued": time.time(), "visitor": visitor}
        try:
            for folder in sweep_of(self.root / run):
                change_control(folder, lambda before: control._replace(sequence=before.sequence))
                for name in (FRAME, ENCODER):  # Of an earlier worker.
                    (folder / name).unlink(missing_ok=True)
                write_status(folder, {"state": "queued", "message": "", "step": step, **asked})
            self._pool.add(run, visitor)
        except OSError as error:
            raise RunError(f"The runs' folder cannot be written ({error.strerror}). Free some space.") from error

    def _require_room(self, visitor: str = "") -> None:
        require_space(self.root, self._limits)
        if self._pool.waiting() >= self._limits.waiting:
            raise RunError(
                f"{self._limits.waiting} runs are waiting already. Stop one, or try again when some have finished."
            )
        if visitor and self._pool.waiting(visitor) >= self._limits.waiting_each:
            raise RunError(
                f"{self._limits.waiting_each} runs of yours are waiting already. Stop one, or wait for your turn."
            )
