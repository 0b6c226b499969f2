"""Many runs at a glance: in words, filtered, and beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from vaelab.checkpoints.journal import read_metrics
from vaelab.checkpoints.runs import RunSummary
from vaelab.errors import CheckpointError

POINTS = 400  # Of a curve that is drawn beside others.


class Difference(NamedTuple):
    """A setting in which recipes differ: its path, and its value in each of them, "" where one has no such setting."""

    path: str
    values: tuple[str, ...]


def data_of(recipe: dict[str, Any]) -> str:
    """The name of the data in a recipe's JSON, "" where a damaged one says none."""
    data = recipe.get("data")
    return str(data.get("name", "")) if isinstance(data, dict) else ""


def in_words(recipe: dict[str, Any]) -> str:
    """A recipe's JSON in one line: what stands between the data and the loss, each with the numbers that make it."""
    objective = recipe.get("objective")
    objective = objective if isinstance(objective, dict) else {}
    penalties = objective.get("penalties")
    parts = [objective.get("corruption"), recipe.get("backbone"), recipe.get("bottleneck"), objective.get("likelihood")]
    parts += penalties if isinstance(penalties, list) else []
    parts += [objective] if objective.get("kind") not in (None, "Additive") else []
    words = [_words(part) for part in parts if isinstance(part, dict) and part.get("kind") != "NoCorruption"]
    return " + ".join(words)


def _words(part: dict[str, Any]) -> str:
    telling = ("hidden", "channels", "size", "weight", "scale", "rate", "rows", "samples")
    values = [_short(part[name]) for name in telling if _is_telling(part.get(name))]
    return " ".join([str(part.get("kind", "?")), *values])[:80]


def _is_telling(value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in values)


def _short(value: Any) -> str:
    return "-".join(map(_short, value)) or "linear" if isinstance(value, list) else f"{value:g}"


def matching(
    runs: Iterable[RunSummary], *, text: str = "", data: str = "", states: Sequence[str] = ()
) -> list[RunSummary]:
    """The runs of some data and states that have every word of a text in their names, notes, commands or recipes."""
    words = text.lower().split()
    return [
        run
        for run in runs
        if (not data or data_of(run.recipe) == data)
        and (not states or run.state in states)
        and all(word in _searched(run) for word in words)
    ]


def _searched(run: RunSummary) -> str:
    return " ".join((run.name, run.title, run.note, run.command, data_of(run.recipe), in_words(run.recipe))).lower()


def differing(recipes: Sequence[dict[str, Any]]) -> list[Difference]:
    """The settings in which several recipes (tagged JSON) are not all alike, in the order of the first."""
    settings = [dict(_flat(recipe)) for recipe in recipes]
    paths = list(dict.fromkeys(path for found in settings for path in found))
    rows = [Difference(path, tuple(found.get(path, "") for found in settings)) for path in paths]
    return [row for row in rows if len(set(row.values)) > 1]


def _flat(value: Any, path: str = "") -> Iterable[tuple[str, str]]:
    """Every setting by its dotted path; the members of a list of ingredients by their kinds, as `--set` names them."""
    if isinstance(value, dict):
        if path and "kind" in value:
            yield path, str(value["kind"])
        for name, entry in value.items():
            if name != "kind":
                yield from _flat(entry, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
        for entry in value:
            yield from _flat(entry, f"{path}.{entry.get('kind', '?')}")
    else:
        yield path, ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def curve(run: Path, name: str = "loss") -> tuple[list[int], list[float]]:
    """Steps and one metric of a run, at most 400 points with the first and the last; raises `CheckpointError`."""
    if not run.is_dir():
        raise CheckpointError(f"{run.name} does not exist any more: someone else has deleted it.")
    rows = [row for row in read_metrics(run) if isinstance(row.get(name), (int, float))]
    last = len(rows) - 1
    if last >= POINTS:
        rows = [rows[index] for index in sorted({round(last * point / (POINTS - 1)) for point in range(POINTS)})]
    return [row["step"] for row in rows], [float(row[name]) for row in rows]
