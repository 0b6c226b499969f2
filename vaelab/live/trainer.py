"""One run in its worker: trains in chunks, and between two chunks obeys, shows and saves.

Imported by the worker only: it needs JAX. Every chore has a budget: showing a run must not slow it down noticeably.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vaelab.data import Dataset, load
from vaelab.errors import VaelabError
from vaelab.live.budget import Budget
from vaelab.live.control import Control, change_control
from vaelab.live.describe import tune
from vaelab.live.recorder import opened
from vaelab.live.snapshot import Snapshot
from vaelab.live.wishes import Wishes
from vaelab.spec import knobs
from vaelab.training.loop import Controls, Diverged
from vaelab.training.threads import suit

CHUNK = 0.04  # Seconds between two looks at the wishes.
GLANCE, DRAWN = 0.08, 200  # While training: seconds for the codes, prior samples for the hole meter.


class Trainer:
    """Trains the run in a folder to its end, or until it is told to stop, or until `leave` says so."""

    def __init__(self, run: Path, leave: Callable[[], bool]):
        self.under_way = False  # Before the first chunk there is nothing to lose, and no need to end in good order.
        self._controls = Controls(seconds=CHUNK)
        self._wishes = Wishes(run, leave, self._controls)
        self._record, self._last = opened(run, self._wishes.epochs)
        self._controls.values = {path: knob.value for path, knob in knobs(self._record.recipe).items()}
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
        suit(record.recipe.architecture(), record.recipe.training.batch_size)
        record.clear_frame()  # From an earlier life: viewers get what is stored until the first of ours.
        dataset = load(record.recipe.data.name)
        self._snapshot = Snapshot(record.recipe, dataset, record.seed)
        self._state = record.state_after(self._last)
        record.report("compiling")
        try:
            ending = self._train(dataset)
            self._finish(ending, self._wishes.farewell(ending))
        except Diverged as diverged:
            self._give_up(diverged)

    def _train(self, dataset: Dataset) -> str:
        """Take chunks until the end; returns the state in which the run is left."""
        record = self._record
        if ending := self._wishes.obey(self):  # It may have been paused or stopped before it began.
            return ending
        chunks = record.recipe.train(seed=record.seed, dataset=dataset, state=self._state, controls=self._controls)
        for progress in chunks:
            self.under_way = True
            self._state = progress.state
            record.note(progress)
            if record.state != "paused":
                record.report("training")
                self._do_a_chore()
            if ending := self._wishes.obey(self):
                return ending
        return "finished"

    def _give_up(self, diverged: Diverged) -> None:
        """Go back to the newest checkpoint, or where there is none, to the last finite state.

        That state is often one step from infinity: no lower learning rate would lead back from there.
        """
        record = self._record
        if not record.saved:
            self._state = diverged.state
            self.save()
        record.give_up(diverged.step)
        # Knobs that led here must not lead here again when the run is trained on.
        change_control(record.run, lambda control: control._replace(knobs={}))

    # --- wishes -----------------------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """The state that was reported last."""
        return self._record.state

    @property
    def unseen(self) -> bool:
        """Whether steps were taken since the last frame."""
        return self._record.unseen

    def report(self, state: str) -> None:
        """Write the status."""
        self._record.report(state)

    def turn(self, control: Control) -> None:
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

    def pieces(self) -> list[Callable[[], None]]:
        """The work of a pause; the last piece saves."""
        look = self._snapshot
        return [self._refresh, look.measure_holes, self.show, look.fit_densities, self.show, self.save]

    def show(self) -> None:
        """Write the newest frame."""
        self._snapshot.load(self._state.parameters)
        self._record.show(self._snapshot)

    def save(self) -> None:
        """Put the present step on disk."""
        self._snapshot.load(self._state.parameters)
        self._record.save(self._snapshot, self._state)
        self._budgets["save"].postpone()

    # --- chores -----------------------------------------------------------------------------------------------

    def _do_a_chore(self) -> None:
        """Do the chore that has waited longest, if any may be done."""
        waiting = {name: budget.overdue for name, budget in self._budgets.items()}
        name = max(waiting, key=lambda name: waiting[name])
        if not self._snapshot.gallery:  # First of all a picture that has changed; then what goes with it.
            name = "frame" if waiting["frame"] >= 0 else "codes"
        if waiting[name] < 0:
            return
        chores = {"codes": self._glance, "frame": self.show, "holes": self._measure, "save": self.save}
        with self._budgets[name].spend():
            chores[name]()

    def _glance(self) -> None:
        self._snapshot.load(self._state.parameters)
        self._snapshot.refresh(self._record.recipe.objective, seconds=GLANCE)

    def _measure(self) -> None:
        self._snapshot.measure_holes(DRAWN)

    def _refresh(self) -> None:
        self._snapshot.load(self._state.parameters)
        self._snapshot.refresh(self._record.recipe.objective)

    def _finish(self, ending: str, message: str) -> None:
        if self._record.step != self._record.saved:
            self._refresh()
            self._snapshot.measure_holes()
            self._snapshot.fit_densities()
            self.save()
        self._record.report(ending, message)
        self._record.clear_frame()
