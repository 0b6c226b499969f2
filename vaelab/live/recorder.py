"""What a worker leaves in the folder of its run: the status, the curves, the frames, the steps.

Imported by the worker only: it needs JAX. The recorder knows where the run stands; what to do next is the trainer's.
"""

from __future__ import annotations

import math
import os
import time
from collections import deque
from pathlib import Path
from typing import Any

from vaelab.checkpoints import (
    Step,
    about_run,
    append_metrics,
    files,
    read_metrics,
    recipe_of,
    save_step,
    write_status,
)
from vaelab.errors import CheckpointError
from vaelab.live.budget import Budget
from vaelab.live.control import ENCODER, FRAME
from vaelab.live.describe import describe, total_steps
from vaelab.live.encoders import LARGEST, encoder_message, encoder_size
from vaelab.live.frames import pack
from vaelab.live.processes import identify
from vaelab.live.snapshot import Snapshot
from vaelab.live.stored import MARKS, ROWS, history, marks_of, new_sequence, newest_intact
from vaelab.recipe import Recipe, from_json
from vaelab.spec import knobs, replace, to_json
from vaelab.training.loop import Progress, initial_state
from vaelab.training.state import TrainingState, from_arrays, to_arrays

HEARTBEAT = 0.5  # Seconds between two writings of an unchanged status.
DRAG = 1.5  # A knob that moves again within these seconds is still being dragged: one mark, not fifty.
ROWS_PER_SECOND = 2000.0  # Rows divided by this are the seconds between two of them: 19,000 rows in a day.
DIVERGED = (
    "Training diverged at step {step:,}: the loss is no longer a finite number. The model of step {saved:,} was kept; "
    "lower the learning rate or the weights and train on."
)
Chunk = tuple[int, int, dict[str, float]]  # The step it reached, the steps it took, their mean metrics.


class Recorder:
    """Where a run stands, and how that is written down."""

    def __init__(self, run: Path, recipe: Recipe, last: Step | None, message: str):
        self.run, self.recipe = run, recipe
        self.about = about_run(run)
        self.seed = int(self.about.get("seed", 0))
        self.state, self.message = "", message
        self.step = self.saved = last.step if last else 0
        self.per_epoch, self.total = total_steps(recipe)
        self._metrics: dict[str, Any] = last.metrics if last else {}
        self._marks = marks_of((last and last.view) or {})
        self._rows = read_metrics(run, through=self.step)
        self._pending: list[Chunk] = []  # Since the last row of the curves.
        self._shown = -1  # Step of the last frame.
        self._row_written = 0.0
        self._turned = ("", 0.0, 0.0)  # The knob that moved last, when, and from which value.
        self._identity = identify(os.getpid())
        self._heartbeat = 0.0
        # More rarely than the frames: it is looked at only when somebody has drawn a stroke.
        self._encoder = Budget(share=0.02, interval=1.0) if encoder_size(recipe) <= LARGEST else None
        # Since the first chunk, which holds the compilation; showing and saving count, for they take time too.
        self._times: deque[tuple[float, int]] = deque(maxlen=50)

    @property
    def pace(self) -> float:
        """Steps per second of late, by the clock on the wall; 0 while it is not known."""
        (first, start), (last, end) = (self._times[0], self._times[-1]) if self._times else ((0, 0), (0, 0))
        return round((end - start) / (last - first), 1) if last > first else 0.0

    @property
    def unseen(self) -> bool:
        """Whether steps were taken since the last frame."""
        return self.step != self._shown

    def note(self, progress: Progress) -> None:
        """Take in a chunk of steps."""
        self._pending.append((progress.step, progress.step - self.step, progress.metrics))
        self.step = progress.step
        self._times.append((time.monotonic(), self.step))

    def mark(self, recipe: Recipe, path: str, before: float, after: float) -> None:
        """Take over a recipe in which one knob was turned, with a mark on the curves."""
        self.recipe = recipe
        knob, moved, origin = self._turned
        now, step = time.monotonic(), self.step
        if knob == path and now - moved < DRAG and self._marks:
            step, before = self._marks.pop()["step"], origin
        label = knobs(recipe)[path].setting.label or path
        self._marks = [*self._marks, {"step": step, "text": f"{label} {before:g} -> {after:g}"}][-MARKS:]
        self._turned = (path, now, before)

    def report(self, state: str, message: str | None = None) -> None:
        """Write the status when the state changes, and twice a second while it does not."""
        changed = state != self.state
        if changed:
            self._times.clear()  # A pause says nothing about the pace.
        if not changed and time.monotonic() - self._heartbeat < HEARTBEAT:
            return
        self.state, self.message = state, self.message if message is None else message
        self._heartbeat = time.monotonic()
        status = {
            "state": state,
            "message": self.message,
            "step": self.step,
            "steps": self.total,
            "epochs": self.recipe.training.epochs,
            "steps_per_second": self.pace,
            "heartbeat": time.time(),
            "pid": self._identity.pid,
            "started": self._identity.started,
        }
        write_status(self.run, status, durable=changed)

    def show(self, snapshot: Snapshot) -> None:
        """Write the newest frame; whoever looks finds this one or the one before, never half of each."""
        # Ever more rarely: the curve of a day is drawn with as many points as that of a minute.
        if time.monotonic() - self._row_written > max(0, len(self._rows) - ROWS) / ROWS_PER_SECOND:
            self._write_rows()
        self._shown = self.step
        table, columns = history(self._rows)
        left = round((self.total - self.step) / self.pace, 1) if self.pace else None
        header = {
            "run": self.run.name,
            "title": self.about.get("title", self.run.name),
            "command": self.about.get("command", ""),
            "state": self.state,
            "message": self.message,
            "sequence": new_sequence(),
            "step": self.step,
            "steps": self.total,
            "epoch": self.step / self.per_epoch,
            "epochs": self.recipe.training.epochs,
            "steps_per_second": self.pace,
            "seconds_left": left,
            **describe(self.recipe),
            "metrics": self._metrics,
            "history_columns": columns,
            "marks": self._marks,
            "holes": snapshot.holes,
        }
        self._show_encoder(snapshot)
        weights = snapshot.decoder(exact=self.state != "training")
        content = pack(header, {**weights, **snapshot.gallery, "history": table})
        files.replace(self.run / FRAME, content, durable=False)

    def save(self, snapshot: Snapshot, training_state: Any) -> None:
        """Save the present step, unless it is saved or is the first, which follows from the seed."""
        if self.step == self.saved:
            return
        self._write_rows()
        save_step(
            self.run,
            self.step,
            recipe=to_json(self.recipe),
            parameters=snapshot.parameters(),
            training=to_arrays(training_state),
            gallery=snapshot.gallery or None,
            view={"marks": self._marks, "holes": snapshot.holes},
            metrics=self._metrics,
            command=str(self.about.get("command", "")),
        )
        self.saved = self.step

    def give_up(self, step: int) -> None:
        """Go back to the newest checkpoint, since training has diverged."""
        self.step = self.saved
        self.report("diverged", DIVERGED.format(step=step, saved=self.saved))
        self.clear_frame()

    def state_after(self, last: Step | None) -> TrainingState:
        """The state in which training goes on after a stored step, or the initial one."""
        template = initial_state(self.recipe.build(self.seed), self.recipe.training.optimizer)
        if last is None:
            return template
        if last.training is None:
            raise CheckpointError(f"{self.run.name} can be looked at but not trained on: it has no train.safetensors.")
        return from_arrays(template, last.training)

    def clear_frame(self) -> None:
        """Remove the frame of the moment: from here on the checkpoint speaks."""
        for name in (FRAME, ENCODER):
            (self.run / name).unlink(missing_ok=True)

    def _show_encoder(self, snapshot: Snapshot) -> None:
        """Before the frame, so that whoever has seen the last frame of a pause finds its encoder."""
        if self._encoder is None or (self.state == "training" and self._encoder.overdue < 0):
            return
        with self._encoder.spend():
            content = encoder_message(self.recipe, snapshot.parameters(), self.run.name, self.step)
            files.replace(self.run / ENCODER, content, durable=False)

    def _write_rows(self) -> None:
        """Put the chunks since the last writing on the curves: each one at first, their average in a long run."""
        if not self._pending:
            return
        groups = [[chunk] for chunk in self._pending] if len(self._rows) < ROWS else [self._pending]
        rows = [{"step": group[-1][0], **_mean(group)} for group in groups]
        self._pending, self._row_written = [], time.monotonic()
        self._metrics = {name: value for name, value in rows[-1].items() if name != "step"}
        self._rows += rows
        append_metrics(self.run, rows)


def opened(run: Path, epochs: int = 0) -> tuple[Recorder, Step | None]:
    """The recorder of a run as it lies on disk, with `epochs` in all if those are more, and its newest intact step."""
    recipe = from_json(recipe_of(run))
    last, message = newest_intact(run, recipe)
    recipe = from_json(last.recipe) if last else recipe
    if epochs > recipe.training.epochs:
        recipe = replace(recipe, training=replace(recipe.training, epochs=epochs))
    return Recorder(run, recipe, last, message), last


def _mean(chunks: list[Chunk]) -> dict[str, float | None]:
    """The metrics of several chunks, weighted by their steps, the loss first; None for what is not finite."""
    total = sum(taken for _, taken, _ in chunks)
    names = sorted(chunks[0][2], key=lambda name: (name != "loss", name != "reconstruction", name))
    means = {name: sum(taken * metrics[name] for _, taken, metrics in chunks) / total for name in names}
    return {name: mean if math.isfinite(mean) else None for name, mean in means.items()}
