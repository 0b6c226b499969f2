"""How training looks while it goes on: two live lines on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from vaelab.training.loop import Progress

QUIET = 5.0  # Seconds between two plain lines.
MEMORY = 0.8  # Of the mean pace, per chunk.


class Display(Protocol):
    """Shows one progress after another."""

    def show(self, progress: Progress, epochs: int) -> None:
        """Show where a run stands."""
        ...


class Pace:
    """Steps per second while stepping: what compiling and saving take is no part of it."""

    def __init__(self) -> None:
        self.step: int | None = None
        self.seconds_per_step = 0.0

    def update(self, progress: Progress) -> None:
        """Take in a chunk; the first one compiles, and says nothing."""
        if self.step is not None:
            latest = progress.seconds / max(progress.step - self.step, 1)
            mean = self.seconds_per_step or latest
            self.seconds_per_step = MEMORY * mean + (1 - MEMORY) * latest
        self.step = progress.step

    def seconds_left(self, progress: Progress) -> float:
        """Until the last step, at the present pace."""
        return (progress.steps - progress.step) * self.seconds_per_step


def position(progress: Progress, epochs: int) -> str:
    """`epoch 2.5/10, step 28/110`."""
    return f"epoch {progress.epoch:.1f}/{epochs}, step {progress.step:,}/{progress.steps:,}"


def in_order(metrics: dict[str, float]) -> dict[str, float]:
    """The loss first, then what it is made of."""
    first = ("loss", "reconstruction")
    return {name: metrics[name] for name in (*first, *(name for name in metrics if name not in first))}


def numbers(metrics: dict[str, float]) -> str:
    """`loss 41.30, reconstruction 38.02, kl 3.28 nats per image`."""
    return ", ".join(f"{name} {value:.2f}" for name, value in in_order(metrics).items()) + " nats per image"


def pace_text(pace: Pace, progress: Progress, batch_size: int) -> str:
    """`84,000 images/s, 0:12 left`, empty before the pace is known."""
    if not pace.seconds_per_step:
        return ""
    left = round(pace.seconds_left(progress))
    hours, minutes, seconds = left // 3600, left // 60 % 60, left % 60
    clock = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{batch_size / pace.seconds_per_step:,.0f} images/s, {clock} left"


class PlainLines:
    """A line per `QUIET` seconds and one at the end, for logs."""

    def __init__(self, batch_size: int) -> None:
        self.batch_size, self.pace, self.last = batch_size, Pace(), float("-inf")

    def show(self, progress: Progress, epochs: int) -> None:
        """Print a line, if it is time for one."""
        from vaelab.cli.output import remark

        self.pace.update(progress)
        if time.monotonic() - self.last < QUIET and progress.step < progress.steps:
            return
        self.last = time.monotonic()
        parts = [
            position(progress, epochs),
            numbers(progress.metrics),
            pace_text(self.pace, progress, self.batch_size),
        ]
        remark("; ".join(filter(None, parts)))


class LiveLines:
    """A bar with the place and the time left, and below it the metrics."""

    def __init__(self, live: Any, batch_size: int) -> None:
        from rich.progress_bar import ProgressBar
        from rich.text import Text

        self.live, self.batch_size, self.pace = live, batch_size, Pace()
        self.bar, self.place, self.numbers = ProgressBar(total=1, width=30), Text("compiling"), Text("")
        self.draw()

    def show(self, progress: Progress, epochs: int) -> None:
        """Redraw both lines."""
        from rich.text import Text

        self.pace.update(progress)
        self.bar.update(progress.step, progress.steps)
        self.place = Text(position(progress, epochs))
        below = [numbers(progress.metrics), pace_text(self.pace, progress, self.batch_size)]
        self.numbers = Text(", ".join(filter(None, below)), style="dim")
        self.draw()

    def draw(self) -> None:
        """Put the lines on the terminal."""
        from rich.console import Group
        from rich.table import Table

        first = Table.grid(padding=(0, 2))
        first.add_row(self.bar, self.place)
        self.live.update(Group(first, self.numbers))


@contextmanager
def display(batch_size: int) -> Iterator[Display]:
    """Live lines when standard error is a terminal, plain ones when it is a file or a pipe."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal or console.is_dumb_terminal:
        yield PlainLines(batch_size)
        return
    from rich.live import Live

    with Live(console=console, refresh_per_second=8) as live:
        yield LiveLines(live, batch_size)


@contextmanager
def counting(what: str, total: int) -> Iterator[Any]:
    """A bar on standard error, advanced by calling it with a count; nothing where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda count: progress.advance(task, count)
