"""The runs of a sweep in one worker: trained together, obeying the wishes told to the first, shown one after the other.

Imported by the worker only: it needs JAX. Knobs are not turned here: they are what the runs differ in.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from vaelab.checkpoints import sweep_of, writer
from vaelab.data import Dataset, load
from vaelab.live.budget import Budget
from vaelab.live.control import Control
from vaelab.live.recorder import opened
from vaelab.live.snapshot import Snapshot
from vaelab.live.trainer import CHUNK, GLANCE
from vaelab.live.wishes import Wishes
from vaelab.sweep import Variant, catch_up, train_together
from vaelab.training.loop import Controls, Diverged, Progress
from vaelab.training.threads import suit


class SweepTrainer:
    """Trains all runs of the sweep that a run leads to their end, or until it is told to stop, or `leave` says so."""

    def __init__(self, run: Path, leave: Callable[[], bool]):
        self.under_way = False  # Before the first chunk there is nothing to lose, and no need to end in good order.
        self.state = ""
        self._controls = Controls(seconds=CHUNK)
        self._wishes = Wishes(run, leave, self._controls)
        found = [opened(folder, self._wishes.epochs) for folder in sweep_of(run)]
        self._records, self._lasts = [record for record, _ in found], [last for _, last in found]
        self._lanes = list(range(len(found)))  # Those that have not diverged.
        self._next = 0  # The lane to be looked at.
        self._shown = -1  # The step at which all were shown.
        self._budgets = {"look": Budget(share=0.2, interval=0.02), "save": Budget(share=0.05, interval=10.0)}

    def work(self) -> None:
        """Train, and leave the folders of all runs in a state that says how they ended."""
        with ExitStack() as held:
            for record in self._records[1:]:  # The worker holds the first.
                held.enter_context(writer(record.run, wait=10))
            self.report("starting")
            for record in self._records:
                record.clear_frame()
            first = self._records[0]
            suit(first.recipe.architecture(), first.recipe.training.batch_size, runs=len(self._records))
            dataset = load(first.recipe.data.name)
            self._snapshot = Snapshot(first.recipe, dataset, first.seed)
            self._states = [
                record.state_after(last) for record, last in zip(self._records, self._lasts, strict=True)
            ]  # fmt: skip
            self.report("compiling")
            self._finish(self._train(dataset))

    def _train(self, dataset: Dataset) -> str:
        """Take chunks until the end; returns the state in which the runs are left."""
        if ending := self._wishes.obey(self):  # They may have been paused or stopped before they began.
            return ending
        self._level(dataset)
        self._budgets["save"].postpone()
        lanes = list(self._lanes)
        standing = train_together(
            [self._variant(lane) for lane in lanes], dataset=dataset, states=[self._states[lane] for lane in lanes],
            controls=self._controls,
        )  # fmt: skip
        for alive, diverged in standing:
            self.under_way = True
            for index, failure in diverged.items():
                self._give_up(lanes[index], failure)
            for index, progress in alive.items():
                self._note(lanes[index], progress)
            if self.state != "paused":
                self.report("training")
                self._do_a_chore()
            if ending := self._wishes.obey(self):
                return ending
        return "finished"

    def _variant(self, lane: int) -> Variant:
        return Variant(self._records[lane].recipe, self._records[lane].seed, "")

    def _level(self, dataset: Dataset) -> None:
        """Bring all to where the furthest stands: a kill may have come while they were saved."""
        furthest = max(int(self._states[lane].step) for lane in self._lanes)
        for lane in list(self._lanes):
            if int(self._states[lane].step) < furthest:
                try:
                    self._note(lane, catch_up(self._variant(lane), self._states[lane], furthest, dataset))
                except Diverged as failure:
                    self._give_up(lane, failure)

    def _note(self, lane: int, progress: Progress) -> None:
        self._states[lane] = progress.state
        self._records[lane].note(progress)

    def _give_up(self, lane: int, failure: Diverged) -> None:
        """Leave one run at its newest checkpoint, or its last finite state; the others go on."""
        if not self._records[lane].saved:
            self._states[lane] = failure.state
            self._save(lane)
        self._records[lane].give_up(failure.step)
        self._lanes.remove(lane)

    # --- wishes -----------------------------------------------------------------------------------------------

    @property
    def unseen(self) -> bool:
        """Whether steps were taken since all were shown."""
        return self._shown != max(record.step for record in self._records)

    def turn(self, control: Control) -> None:
        """Nothing: the knobs of a sweep are its runs."""

    def report(self, state: str) -> None:
        """Write the status of every run that is being trained."""
        self.state = state
        for lane in self._lanes:
            self._records[lane].report(state)

    def show(self) -> None:
        """Write the newest frame of the run that has waited longest, which stands for all: the others are pieces."""
        self._look()
        self._shown = max(record.step for record in self._records)

    def pieces(self) -> list[Callable[[], None]]:
        """The work of a pause; the last piece saves what the others have not."""
        return [*[self._look] * (len(self._lanes) - 1), *(partial(self._save, lane) for lane in self._lanes)]

    def save(self) -> None:
        """Put the present step of every run on disk."""
        for lane in self._lanes:
            self._save(lane)

    # --- chores -----------------------------------------------------------------------------------------------

    def _do_a_chore(self) -> None:
        chores = {"look": self._look, "save": self.save}
        for name, budget in self._budgets.items():
            if budget.overdue >= 0:
                with budget.spend():
                    chores[name]()
                return

    def _look(self) -> None:
        """Show one run, each in its turn."""
        lane = self._lanes[self._next % len(self._lanes)]
        self._next += 1
        self._refresh(lane, GLANCE)
        self._records[lane].show(self._snapshot)

    def _refresh(self, lane: int, seconds: float | None = None) -> None:
        self._snapshot.load(self._states[lane].parameters)
        self._snapshot.holes = None  # Those of another run.
        self._snapshot.refresh(self._records[lane].recipe.objective, seconds)

    def _save(self, lane: int) -> None:
        if self._records[lane].step != self._records[lane].saved:
            self._refresh(lane)
            self._records[lane].save(self._snapshot, self._states[lane])

    def _finish(self, ending: str) -> None:
        for lane in self._lanes:
            record = self._records[lane]
            if record.step != record.saved:
                self._refresh(lane)
                self._snapshot.measure_holes()
                record.save(self._snapshot, self._states[lane])
            record.report(ending, self._wishes.farewell(ending))
            record.clear_frame()
