"""A stretch of training that ends in a saved step: at the last epoch, at a signal, or on divergence."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from vaelab import checkpoints
from vaelab.cli import recipes
from vaelab.cli.progress import Display, in_order
from vaelab.cli.signals import Interruption
from vaelab.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vaelab.data import Dataset
    from vaelab.model import Autoencoder
    from vaelab.recipe import Recipe
    from vaelab.training.loop import Diverged, Progress
    from vaelab.training.placement import Placement
    from vaelab.training.state import TrainingState

INTERVAL = 10.0  # Seconds of training that a power cut may cost.
HEARTBEAT = 1.0  # Seconds between two writings of the status.


class Interval:
    """Whether so many seconds have gone by since it was last true; counted from the first question."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: float | None = None

    def over(self) -> bool:
        """Whether the time is over, which begins the next one."""
        now = time.monotonic()
        if self._since is None:
            self._since = now  # Not before: compiling is nothing to be saved.
        if now - self._since <= self._seconds:
            return False
        self._since = now
        return True


@dataclass
class Session:
    """A run's folder with the model that is trained in it."""

    folder: Path
    recipe: Recipe
    dataset: Dataset
    seed: int
    command: str
    model: Autoencoder = field(init=False)
    state: TrainingState = field(init=False)  # The newest on disk, or the initial one.
    saved: int | None = field(init=False, default=None)  # Its step, if it is on disk.
    metrics: dict[str, Any] = field(init=False, default_factory=dict)
    _noted: dict[str, Any] = field(init=False, default_factory=dict)  # Metrics of the newest chunk.

    def __post_init__(self) -> None:
        """Build the model, and go to the newest saved step if there is one."""
        from vaelab.training.loop import initial_state

        self._beat = Interval(HEARTBEAT)
        self.model = self.recipe.build(self.seed)
        self.state = initial_state(self.model, self.recipe.training.optimizer)
        if newest := checkpoints.latest_step(self.folder):
            self._restore(newest)

    def _restore(self, newest: Path) -> None:
        from vaelab.cli.saved import load_step
        from vaelab.training.state import from_arrays

        step = load_step(newest, self.recipe)
        if step.training is None:
            raise RunError(f"{newest} holds a model but no state of training; train anew with another --name.")
        self.state = from_arrays(self.state, step.training)
        self.saved, self.metrics = step.step, step.metrics

    @property
    def step(self) -> int:
        """Steps done, as of the newest state on disk."""
        return int(self.state.step)

    @property
    def steps(self) -> int:
        """Steps that the recipe asks for in all."""
        return recipes.steps(self.recipe)

    @property
    def diverged(self) -> bool:
        """Whether the run ended because its loss was no longer finite."""
        return checkpoints.read_status(self.folder).get("state") == "diverged"

    def run(self, interruption: Interruption, display: Display, placement: Placement | None = None) -> bool:
        """Train until the last step, which returns True, or a signal; raises `RunError` on divergence.

        In each of these cases the newest state is on disk, also when another host is lost, which ends the process.
        """
        with self.under_way():
            self._train(interruption, display, placement)
        return self.step >= self.steps

    def _train(self, interruption: Interruption, display: Display, placement: Placement | None) -> None:
        from vaelab.training import hosts
        from vaelab.training.loop import Diverged

        progress, saving = None, Interval(INTERVAL)
        try:
            for progress in self.recipe.train(
                seed=self.seed, dataset=self.dataset, state=hosts.share(self.state), placement=placement
            ):
                display.show(progress, self.recipe.training.epochs)
                self.note(progress)
                if signal := hosts.heard(interruption.signal):  # One that comes meanwhile is heard the next time.
                    interruption.signal = signal
                    break
                if saving.over() and progress.step < progress.steps:
                    self.save(progress.state, progress.metrics)
        except Diverged as diverged:
            raise RunError(self.give_up(diverged)) from diverged
        except Exception as error:
            if not hosts.lost(error):
                raise
            if progress:
                self.save(progress.state, progress.metrics)  # It is on this host as on all others.
            sentence = f"Another host was lost; {self.folder} is saved at step {self.step:,}. Start all hosts again."
            self._status("interrupted", sentence)
            hosts.abandon(sentence)
        if progress:
            self.save(progress.state, progress.metrics)

    def note(self, progress: Progress) -> None:
        """Put a chunk on the curves, and say now and then that the run is alive."""
        checkpoints.append_metrics(self.folder, [row(progress)])
        self._noted = progress.metrics
        if self._beat.over():
            self._status("training", step=progress.step)

    def give_up(self, diverged: Diverged) -> str:
        """Keep the last finite state; returns what is to be told."""
        self.save(diverged.state, self._noted or self.metrics)
        sentence = (
            f"Training diverged at step {diverged.step:,}: the loss is no longer a finite number. The model "
            f"of step {self.step:,} is kept in {self.folder}; lower the learning rate or the weights with "
            "--set, under another --name."
        )
        self._status("diverged", sentence)
        return sentence

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Say that the run is being trained, and in the end, how it ended: no status says that a dead run is alive."""
        self._status("starting")
        try:
            yield
        except RunError:
            raise
        except BaseException as error:
            stopped = isinstance(error, KeyboardInterrupt)
            with suppress(OSError):  # The disk may be what failed.
                self._status("interrupted" if stopped else "failed", str(error))
            raise
        if not self.diverged:
            self._status("finished" if self.step >= self.steps else "interrupted")

    def save(self, state: TrainingState, metrics: dict[str, Any]) -> None:
        """Put a state on disk, unless it is there; the last one comes with what a viewer shows of it."""
        from flax import nnx

        from vaelab.model import parameters
        from vaelab.spec import to_json
        from vaelab.training.state import to_arrays

        if self.saved == int(state.step):
            return
        nnx.update(self.model, state.parameters)
        shown = self._shown() if int(state.step) == self.steps else {}
        checkpoints.save_step(
            self.folder,
            int(state.step),
            recipe=to_json(self.recipe),
            parameters=parameters(self.model),
            training=to_arrays(state),
            metrics=metrics,
            command=self.command,
            **shown,
        )
        self.state, self.saved, self.metrics = state, int(state.step), metrics

    def _shown(self) -> dict[str, Any]:
        from vaelab.evaluation.gallery import gallery, holes

        binarization, likelihood = self.recipe.data.binarization, self.recipe.objective.likelihood
        arrays = gallery(self.model, self.dataset, binarization)
        meter = holes(self.model, likelihood, arrays["codes"], self.dataset, binarization)
        return {"gallery": arrays, "view": {"holes": meter, "marks": []}}

    def _status(self, state: str, message: str = "", step: int | None = None) -> None:
        process = psutil.Process()
        checkpoints.write_status(
            self.folder,
            {
                "state": state,
                "message": message,
                "step": self.step if step is None else step,
                "steps": self.steps,
                "epochs": self.recipe.training.epochs,
                "heartbeat": time.time(),
                # Together they name this process even after its number is given to another.
                "pid": process.pid,
                "started": process.create_time(),
            },
            durable=state not in ("starting", "training"),
        )


def row(progress: Progress) -> dict[str, float]:
    """A line of `metrics.jsonl`: the step, and the metrics in nats per image."""
    return {"step": progress.step, **in_order(progress.metrics)}
