"""All runs: found, looked at one by one, compared, put away, taken elsewhere."""

from __future__ import annotations

import streamlit as st

from vaelab.checkpoints import RunSummary, data_of, matching
from vaelab.live.states import STATES
from vaelab.ui import runs_list, runs_tools
from vaelab.ui.mishaps import contained
from vaelab.ui.recipe_form import as_written
from vaelab.ui.server import keeping
from vaelab.ui.stage import telling

# Of a session: what was deleted last (ids and titles), what the list is to show, whether it changes all the time.
DELETED, FILTER, PACE = "runs.deleted", "runs.filter", "runs.pace"
LIVELY, CALM = 2.0, 15.0  # Seconds between two looks at the list, while a run is under way and otherwise.
UNDER_WAY = ("queued", "starting", "compiling", "training", "paused")
EMPTY = "There are no runs of your own yet. Train one in the playground: it is listed here while it trains, and after."


def show() -> None:
    """Draw the page."""
    _undo()
    own, shipped = keeping().own(), keeping().shipped()
    _filters(own, shipped)
    st.fragment(_list, run_every=LIVELY if _is_lively(own) else CALM)()
    chosen = runs_list.chosen([*own, *shipped])
    if len(chosen) == 1:
        runs_tools.one(chosen[0], own=_is_own(chosen[0]), deleted=_delete)
    elif chosen:
        runs_tools.several(chosen, own=all(map(_is_own, chosen)), deleted=_delete)


def _is_lively(own: list[RunSummary]) -> bool:
    return any(run.state in UNDER_WAY for run in own)


def _is_own(run: RunSummary) -> bool:
    return run.folder.parent == keeping().root


def _filters(own: list[RunSummary], shipped: list[RunSummary]) -> None:
    """What the list is to show; kept for `_list`, which looks again and again."""
    words, data, state, examples, more = st.columns([4, 2, 3, 2, 2], vertical_alignment="bottom")
    text = words.text_input("Find", key="runs.text", placeholder="Words of a title, note, recipe or command")
    names = sorted({data_of(run.recipe) for run in [*own, *shipped]} - {""})
    wanted = data.selectbox("Data", ["", *names], key="runs.data", format_func=lambda name: name or "All")
    # All of them, so that the choice does not vanish with the run that it was made for.
    states = state.multiselect("State", [*STATES, "damaged"], key="runs.states", placeholder="All")
    about = "Trained runs that come with vaelab."
    with_examples = examples.toggle("Examples", value=True, key="runs.examples", help=about)
    with more:
        runs_tools.upload()
    if not own:
        st.info(EMPTY, icon=":material/info:")
    st.session_state[FILTER] = (with_examples, {"text": text, "data": wanted, "states": states})
    st.session_state[PACE] = _is_lively(own)


@contained("list of runs")
def _list() -> None:
    """The table, drawn again and again while the rest of the page stands still."""
    with_examples, wanted = st.session_state[FILTER]
    own = keeping().own()
    found = matching([*own, *keeping().shipped()] if with_examples else own, **wanted)
    runs_list.show_only(run.name for run in found)
    if not found:
        st.caption("No run is like that." if any(wanted.values()) else "")
        return
    count = "1 run" if len(found) == 1 else f"{len(found):,} runs"
    st.caption(f"{count}; choose one to work with it, or several to compare them.")
    other_choice = runs_list.table(found, {run.name for run in found if not _is_own(run)})
    if other_choice or st.session_state[PACE] != _is_lively(own):
        st.rerun()


def _delete(chosen: list[RunSummary]) -> None:
    gone = []
    for run in chosen:
        with telling():
            keeping().remove(run.name)
            gone.append((run.name, run.title))
    if gone:
        st.session_state[DELETED] = gone
        runs_list.choose([])
        st.rerun()


def _undo() -> None:
    """What was deleted last, and the way to have it back."""
    gone = st.session_state.get(DELETED)
    if not gone:
        return
    titles = ", ".join(title for _, title in gone)
    said, undo, done = st.columns([8, 1, 1], vertical_alignment="center")
    said.warning(f"Deleted: {as_written(titles[:300])}. It can be brought back for an hour.", icon=":material/delete:")
    if undo.button("Undo", type="primary", width="stretch"):
        with telling():
            for name, _ in gone:
                keeping().restore(name)
            runs_list.choose([name for name, _ in gone])
            del st.session_state[DELETED]
            st.rerun()
    if done.button("Close", width="stretch"):
        del st.session_state[DELETED]
        st.rerun()
