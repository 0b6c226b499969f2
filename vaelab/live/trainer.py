"""One run in its worker: trains in chunks, and between two chunks obeys, shows and saves.

Imported by the worker only: it needs JAX. At most one chore is done between two chunks, so that a wish to pause
waits for one chunk and one chore. Every chore has a budget: showing a run must not slow it down noticeably.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from vaelab.checkpoints import recipe_of
from vaelab.data import Dataset, load
from vaelab.errors import CheckpointError, VaelabError
from vaelab.live.budget import Budget
from vaelab.live.control import Control, ControlReader, change_control
from vaelab.live.describe import tune
from vaelab.live.recorder import Recorder
from vaelab.live.snapshot import Snapshot
from vaelab.live.stored import newest_intact
from vaelab.recipe import from_json
from vaelab.spec import knobs, replace
from vaelab.training.chunk import LONGEST_CHUNK
from vaelab.training.loop import Controls, Diverged, initial_state
from vaelab.training.state import TrainingState, from_arrays

CHUNK = 0.04  # Seconds between two looks at the control file,
NAP = 0.015  # and while paused.
PATIENCE = 600.0  # A paused worker gives its memory back after this; VAELAB_PAUSE_SECONDS says otherwise.
GLANCE, DRAWN = 0.08, 200  # While training: seconds for the codes, prior samples for the hole meter.
ENDINGS = {
    "finished": "",
    "stopped": "Stopped by hand; resume to train on.",
    "interrupted": "The worker was asked to end; resume to train on.",
    "paused": "Paused for a while, so the worker has gone; resume brings it back.",
}


class Trainer:
    """Trains the run in a folder to its end, or until it is told to stop, or until `leave` says so."""

    def __init__(self, run: Path, leave: Callable[[], bool]):
        self._leave = leave
        self.under_way = False  # Before the first chunk there is nothing to lose, and no need to end in good order.
        self._reader = ControlReader(run)
        recipe = from_json(recipe_of(run))
        self._last, message = newest_intact(run, recipe)
        recipe = from_json(self._last.recipe) if self._last else recipe
        if (epochs := self._reader.poll().epochs) > recipe.training.epochs:
            recipe = replace(recipe, training=replace(recipe.training, epochs=epochs))
        self._record = Recorder(run, recipe, self._last, message)
        self._controls = Controls(seconds=CHUNK, values={path: knob.value for path, knob in knobs(recipe).items()})
        self._patience = float(os.environ.get("VAELAB_PAUSE_SECONDS") or PATIENCE)
        self._rest: list[Callable[[], None]] = []  # What is still to be done of a pause.
        self._steps_taken = 0  # Single steps taken of those asked for.
        self._heard = -1  # Sequence of the wishes whose knobs were taken over.
        self._budgets = {
            "codes": Budget(share=0.12, interval=0.5),
            "frame": Budget(share=0.08, interval=0.2),
            "holes": Budget(share=0.05, interval=3.0),
            "save": Budget(share=0.05, interval=5.0),
        }

    def work(self) -> None:
        """Train, and leave the run's folder in a state that says how it ended."""
        record = self._record
        record.report("starting")
        record.clear_frame()  # From an earlier life: viewers get what is stored until the first of ours.
        dataset = load(record.recipe.data.name)
        self._snapshot = Snapshot(record.recipe, dataset, record.seed)
        self._state = self._start()
        record.report("compiling")
        try:
            ending = self._train(dataset)
            self._finish(ending, ENDINGS[ending])
        except Diverged as diverged:
            self._give_up(diverged)

    def _start(self) -> TrainingState:
        record = self._record
        template = initial_state(record.recipe.build(record.seed), record.recipe.training.optimizer)
        if self._last is None:
            return template
        if self._last.training is None:
            raise CheckpointError(
                f"{record.run.name} can be looked at but not trained on: it has no train.safetensors."
            )
        return from_arrays(template, self._last.training)

    def _train(self, dataset: Dataset) -> str:
        """Take chunks until the end; returns the state in which the run is left."""
        record = self._record
        if ending := self._obey(self._reader.poll()):  # It may have been paused or stopped before it began.
            return ending
        chunks = record.recipe.train(seed=record.seed, dataset=dataset, state=self._state, controls=self._controls)
        for progress in chunks:
            self.under_way = True
            self._state = progress.state
            record.note(progress)
            if record.state != "paused":
                record.report("training")
                self._do_a_chore()
            if ending := self._obey(self._reader.poll()):
                return ending
        return "finished"

    def _give_up(self, diverged: Diverged) -> None:
        """Go back to the newest checkpoint, or where there is none, to the last finite state.

        That state is often one step from infinity: no lower learning rate would lead back from there.
        """
        record = self._record
        if not record.saved:
            self._state = diverged.state
            self._save()
        record.step = record.saved
        record.report(
            "diverged",
            f"Training diverged at step {diverged.step:,}: the loss is no longer a finite number. The model of step "
            f"{record.saved:,} was kept; lower the learning rate or the weights and train on.",
        )
        record.clear_frame()
        # Knobs that led here must not lead here again when the run is trained on.
        change_control(record.run, lambda control: control._replace(knobs={}))

    # --- wishes -----------------------------------------------------------------------------------------------

    def _obey(self, control: Control) -> str:
        """Do what is wanted; returns a state to end in, or nothing to take the next chunk."""
        since = time.monotonic()
        while True:
            self._turn(control)
            if self._leave():
                return "interrupted"
            if control.wanted == "stop":
                return "stopped"
            if control.wanted not in ("pause", "leave"):
                if self._record.state == "paused":
                    self._record.report("training")
                if self._save in self._rest:
                    self._save()
                self._rest = []
                self._controls.steps = LONGEST_CHUNK
                return ""
            if control.steps > self._steps_taken:
                self._record.report("paused")
                self._steps_taken += 1
                self._controls.steps = 1
                return ""
            if self._record.state != "paused" or self._record.unseen:
                self._record.report("paused")
                self._show()  # At once; what takes longer follows piece by piece, so that a wish need not wait.
                self._rest = [
                    self._refresh, self._snapshot.measure_holes, self._show, self._snapshot.fit_densities, self._show,
                    self._save,
                ]
            if self._rest:
                self._rest.pop(0)()
            elif control.wanted == "leave" or time.monotonic() - since > self._patience:
                return "paused"
            else:
                time.sleep(NAP)
            self._record.report("paused")
            control = self._reader.poll()

    def _turn(self, control: Control) -> None:
        """Take over the knobs that were turned."""
        if control.sequence == self._heard:
            return
        self._heard = control.sequence
        for path, value in control.knobs.items():
            present = knobs(self._record.recipe).get(path)
            if present and present.value == value:
                continue
            try:
                self._record.mark(tune(self._record.recipe, {path: value}), path, getattr(present, "value", 0.0), value)
            except VaelabError as error:
                self._record.message = str(error)
                continue
            self._controls.values[path] = float(value)
            if self._record.state == "paused":
                self._record.show(self._snapshot)

    # --- chores -----------------------------------------------------------------------------------------------

    def _do_a_chore(self) -> None:
        """Do the chore that has waited longest, if any may be done."""
        waiting = {name: budget.overdue for name, budget in self._budgets.items()}
        name = max(waiting, key=lambda name: waiting[name])
        if not self._snapshot.gallery:  # First of all a picture that has changed; then what goes with it.
            name = "frame" if waiting["frame"] >= 0 else "codes"
        if waiting[name] < 0:
            return
        chores = {"codes": self._glance, "frame": self._show, "holes": self._measure, "save": self._save}
        with self._budgets[name].spend():
            chores[name]()

    def _glance(self) -> None:
        self._snapshot.load(self._state.parameters)
        self._snapshot.refresh(self._record.recipe.objective, seconds=GLANCE)

    def _show(self) -> None:
        self._snapshot.load(self._state.parameters)
        self._record.show(self._snapshot)

    def _measure(self) -> None:
        self._snapshot.measure_holes(DRAWN)

    def _refresh(self) -> None:
        self._snapshot.load(self._state.parameters)
        self._snapshot.refresh(self._record.recipe.objective)

    def _save(self) -> None:
        self._snapshot.load(self._state.parameters)
        self._record.save(self._snapshot, self._state)
        self._budgets["save"].postpone()

    def _finish(self, ending: str, message: str) -> None:
        if self._record.step != self._record.saved:
            self._refresh()
            self._snapshot.measure_holes()
            self._snapshot.fit_densities()
            self._save()
        self._record.report(ending, message)
        self._record.clear_frame()
