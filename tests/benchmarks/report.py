"""What the rounds say: medians and ratios, as a table for people and as JSON for programs."""

from __future__ import annotations

from statistics import median
from typing import Any, NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table

from tests.benchmarks.runner import PATIENCE, QUIET, WARM_UPS, Measurement
from tests.benchmarks.workload import Role, Workload


class Spread(NamedTuple):
    """Median and range over the rounds."""

    median: float
    minimum: float
    maximum: float


def spread(values: list[float]) -> Spread:
    """Of at least one value."""
    return Spread(median(values), min(values), max(values))


def ratio(measured: Measurement, name: str, other: str) -> Spread:
    """How many times as fast as another variant, round by round."""
    pairs = zip(measured.rounds[name], measured.rounds[other], strict=True)
    return spread([own.rate / others.rate for own, others in pairs])


def method(rounds: int, seconds: float, data: str) -> str:
    """How it was measured, in words."""
    return (
        f"CPU only, float32, {data}. Every variant lives in a process of its own; "
        f"they compute in turn, one at a time, {seconds:g} s each, in reverse order in every other round. After "
        f"{WARM_UPS} rounds to warm up, {rounds} count: the first quiet ones, with at most {QUIET:g} cores busy "
        f"elsewhere, or else the quietest of {PATIENCE * rounds}. Ratios are taken within a round; figures are medians "
        "over the rounds."
    )


def facts(workload: Workload, measured: Measurement) -> dict[str, Any]:
    """One workload's result for JSON; `ratios` are of the first subject to each peer."""
    subjects, baselines, peers, limits = (
        _of(workload, measured, role) for role in ("subject", "baseline", "peer", "limit")
    )
    peers = [*baselines, *peers]
    comparisons = {name: {peer: ratio(measured, name, peer) for peer in peers} for name in subjects}
    return {
        "title": workload.title,
        "unit": f"{workload.unit} per second",
        "ratios": {peer: found.median for peer, found in comparisons[subjects[0]].items()},
        "share_of_matrix_multiply_limit": ratio(measured, subjects[0], limits[0]).median if limits else None,
        "rates": {name: median(each.rate for each in slices) for name, slices in measured.rounds.items()},
        "comparisons": {
            name: {peer: found._asdict() for peer, found in row.items()} for name, row in comparisons.items()
        },
        "rounds": {name: [each._asdict() for each in slices] for name, slices in measured.rounds.items()},
        "quiet": measured.elsewhere <= QUIET,
        "computes": {name: workload.variants[name].computes for name in measured.rounds},
    }


def show(console: Console, workload: Workload, measured: Measurement) -> None:
    """Print the table of one workload, and what exactly each of its rows computes."""
    references = [name for role in ("baseline", "peer", "limit") for name in _of(workload, measured, role)]
    console.print(f"[bold]{workload.title}[/bold]", highlight=False)
    columns = [f"/ {workload.variants[name].title}" for name in references]
    table = Table("", box=box.SIMPLE_HEAD)
    for heading in (f"{workload.unit}/s", *columns, "busy elsewhere"):
        table.add_column(heading, justify="right")
    for name, slices in measured.rounds.items():
        ratios = ["" if name == other else _show(ratio(measured, name, other)) for other in references]
        rate, elsewhere = (median(getattr(each, key) for each in slices) for key in ("rate", "elsewhere"))
        table.add_row(workload.variants[name].title, f"{rate:,.0f}", *ratios, f"{elsewhere:.2f} cores")
    console.print(table)
    for name in measured.rounds:
        variant = workload.variants[name]
        console.print(f"[bold]{variant.title}[/bold]: {variant.computes}.", highlight=False)
    if measured.elsewhere > QUIET:
        console.print(
            f"[bold]Not a quiet machine[/bold]: others kept up to {measured.elsewhere:.1f} cores busy meanwhile, which "
            "costs some variants more than others. Do not quote these figures.",
            highlight=False,
        )
    console.print()


def _of(workload: Workload, measured: Measurement, role: Role) -> list[str]:
    """The measured variants of a role, in the workload's order."""
    return [name for name, variant in workload.variants.items() if variant.role == role and name in measured.rounds]


def _show(values: Spread) -> str:
    return f"{values.median:.2f} ({values.minimum:.2f}-{values.maximum:.2f})"
