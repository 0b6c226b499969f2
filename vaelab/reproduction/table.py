"""Results as a Markdown table: reached beside published, with source, seeds, time and command."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from statistics import mean
from typing import Any

from vaelab.errors import VaelabError
from vaelab.reproduction import REPRODUCTIONS

HEADER = ["| what | reached | published | source | seeds | minutes | command |", "|---|---|---|---|---|---|---|"]


def read(file: Path) -> list[dict[str, Any]]:
    """The results that `vaelab reproduce` has appended to a file; raises `VaelabError` naming a line that is none."""
    results = []
    for number, line in enumerate(file.read_text().splitlines(), 1):
        try:
            result = json.loads(line)
            found = {key: result[key] for key in ("name", "quick", "seed", "reached", "seconds", "command")}
        except (ValueError, KeyError, TypeError):
            raise VaelabError(f"Line {number} of {file} is no result of vaelab reproduce.") from None
        results.append(found)
    return results


def markdown(results: Iterable[dict[str, Any]]) -> str:
    """Rows in the order of the reproductions, several seeds as their mean, the newest of each; without quick looks."""
    full = [result for result in results if not result["quick"]]
    lines = [*HEADER]
    for name, reproduction in REPRODUCTIONS.items():
        own = [*{result["seed"]: result for result in full if result["name"] == name}.values()]
        for number, figure in enumerate(reproduction.figures):
            reached = [result["reached"][figure.key] for result in own if figure.key in result["reached"]]
            if not reached:
                continue
            published = "-" if figure.published is None else f"{figure.published:g}"
            seeds = ", ".join(str(result["seed"]) for result in own)
            minutes = f"{sum(result['seconds'] for result in own) / 60:.0f}"
            rest = (seeds, minutes, f"`{own[0]['command']}`") if number == 0 else ("", "", "")
            cells = (figure.title, f"{mean(reached):.5g}", published, figure.source or "-", *rest)
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
