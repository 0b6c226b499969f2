"""The table of runs, of which some are chosen; the choice is of runs, not of rows, so that it survives every change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import streamlit as st

from vaelab.checkpoints import RunSummary, data_of, in_words

CHOSEN, SHOWN, GENERATION = "runs.chosen", "runs.shown", "runs.generation"
ROW, ROWS = 35, 12  # Pixels of a row, and how many are seen at once.
COLUMNS = {
    "title": st.column_config.TextColumn("Title", width=300),
    "state": st.column_config.TextColumn("State", width=95),
    "step": st.column_config.NumberColumn("Step", format="localized", width=75),
    "loss": st.column_config.NumberColumn("Loss", format="%.2f", width=70, help="Newest, in nats per image."),
    "data": st.column_config.TextColumn("Data", width=110),
    "recipe": st.column_config.TextColumn("Recipe", width=320),
    "seed": st.column_config.NumberColumn("Seed", format="%d", width=55),
    "made": st.column_config.TextColumn("Made", width=130),
    "note": st.column_config.TextColumn("Note", width=200),
    "id": st.column_config.TextColumn("Id", width=140, help="What an address or a command calls it."),
}


def choose(names: Iterable[str]) -> None:
    """Choose runs by their ids, whatever the table says."""
    st.session_state[CHOSEN] = list(names)
    st.session_state[GENERATION] = st.session_state.get(GENERATION, 0) + 1


def show_only(names: Iterable[str]) -> None:
    """Say which runs pass the filters."""
    st.session_state[SHOWN] = list(names)


def chosen(runs: Sequence[RunSummary]) -> list[RunSummary]:
    """The chosen runs that still exist and pass the filters, in the order of the table."""
    wanted, shown = set(st.session_state.get(CHOSEN, [])), set(st.session_state.get(SHOWN, []))
    return [run for run in runs if run.name in wanted & shown]


def table(runs: Sequence[RunSummary], shipped: set[str]) -> bool:
    """Draw it; returns whether another choice was made."""
    names = [run.name for run in runs]
    before = [name for name in st.session_state.get(CHOSEN, []) if name in names]
    # Rows are numbers to the browser: other rows are another table, which begins with the same runs chosen.
    rows = hashlib.sha256(" ".join(names).encode()).hexdigest()[:16]
    event: Any = st.dataframe(
        [_row(run, run.name in shipped) for run in runs],
        key=f"runs.table.{st.session_state.get(GENERATION, 0)}.{rows}",
        column_config=COLUMNS,
        column_order=list(COLUMNS),
        hide_index=True,
        height=ROW * (min(len(runs), ROWS) + 1) + 3,
        row_height=ROW,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": sorted(map(names.index, before))}},
        alt=f"{len(runs)} runs",
    )
    now = [names[row] for row in event["selection"]["rows"] if row < len(names)]
    if set(now) == set(before):
        return False
    hidden = [name for name in st.session_state.get(CHOSEN, []) if name not in names]
    st.session_state[CHOSEN] = now if not hidden else [*hidden, *now]
    return True


def _row(run: RunSummary, shipped: bool) -> dict[str, Any]:
    loss = run.metrics.get("loss")
    return {
        "title": run.title,
        "state": "example" if shipped and run.state == "trained" else run.state,
        "step": run.step,
        "loss": loss if isinstance(loss, (int, float)) else None,
        "data": data_of(run.recipe),
        "recipe": in_words(run.recipe) or run.message,
        "seed": run.seed,
        "made": run.created[:16].replace("T", " "),
        "note": " ".join(run.note.split()),
        "id": run.name,
    }
