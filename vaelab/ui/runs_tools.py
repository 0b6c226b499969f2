"""What can be done with the runs that are chosen in the list: with one, with several, and with none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from vaelab.checkpoints import RunSummary, curve, differing, in_words
from vaelab.checkpoints.archive import SUFFIX
from vaelab.errors import VaelabError
from vaelab.recipe import from_json
from vaelab.ui import address, runs_list
from vaelab.ui.explorer import Curve, curves
from vaelab.ui.pages import playground
from vaelab.ui.recipe_form import as_written, forget
from vaelab.ui.server import base_path, keeping
from vaelab.ui.stage import telling

MOST_CURVES = 8
Deleted = Callable[[list[RunSummary]], None]


def one(run: RunSummary, *, own: bool, deleted: Deleted) -> None:
    """One run: what it is, what it is called, and everything that can be done with it."""
    if run.message:
        st.info(as_written(run.message), icon=":material/info:")
    opened, changed, packed, shared, gone = st.columns(5)
    intact = run.state != "damaged"
    if opened.button("Open in the playground", width="stretch", icon=":material/tune:", disabled=not intact):
        _open(run, with_run=True)
    if changed.button(
        "Change a copy", width="stretch", icon=":material/content_copy:", disabled=not intact,
        help="Its recipe and seed in the playground, to be changed and trained anew.",
    ):  # fmt: skip
        _open(run, with_run=False)
    with packed:
        _export(run)
    with shared:
        _share(run, own)
    if gone.button(
        "Delete", width="stretch", icon=":material/delete:", disabled=not own,
        help="It can be brought back for an hour." if own else "This run comes with vaelab.",
    ):  # fmt: skip
        deleted([run])
    told, written = st.columns([3, 2])
    with told:
        st.text(in_words(run.recipe))
        st.text(", ".join(f"{name} {run.metrics[name]:.5g}" for name in _metrics([run])))
        if run.command:
            st.code(run.command, language="bash", wrap_lines=True)
        _chart([run])
    if own:
        with written:
            _labels(run)


def several(runs: list[RunSummary], *, own: bool, deleted: Deleted) -> None:
    """Two runs or more, beside each other."""
    _chart(runs)
    st.caption("Settings in which they differ; all others are alike.")
    seeds = [str(run.seed) for run in runs]
    rows = [(row.path, *row.values) for row in differing([run.recipe for run in runs])]
    rows += [("seed", *seeds)] if len(set(seeds)) > 1 else []
    if rows:
        st.dataframe(
            [{"setting": row[0], **dict(zip(_labelled(runs), row[1:], strict=True))} for row in rows],
            hide_index=True, height="content", key="runs.differences", alt="Differences between the recipes",
        )  # fmt: skip
    else:
        st.text("None: the recipes and the seeds are equal.")
    if st.button(
        f"Delete {len(runs)} runs", icon=":material/delete:", disabled=not own,
        help="They can be brought back for an hour." if own else "Some of them come with vaelab.",
    ):  # fmt: skip
        deleted(runs)


def upload() -> None:
    """A file from another machine."""
    with st.popover("Import", icon=":material/upload:", width="stretch"):
        limit = int(st.get_option("server.maxUploadSize"))
        file = st.file_uploader(
            f"A run that was exported to one file ({SUFFIX}), of at most {limit} MB", type="zip",
            key=f"runs.upload.{st.session_state.get(runs_list.GENERATION, 0)}",
        )  # fmt: skip
        if file is not None and st.button("Import this run", type="primary"):
            try:
                run = keeping().add(file.getvalue(), file.name[:80])
            except VaelabError as error:
                st.error(as_written(str(error)))
                return
            runs_list.choose([run])
            st.rerun()


def _labelled(runs: Sequence[RunSummary]) -> list[str]:
    """What to call each of several runs, no two alike."""
    titles = [run.title for run in runs]
    return [run.title if titles.count(run.title) == 1 else f"{run.title} ({run.name[:12]})" for run in runs]


def _metrics(runs: Sequence[RunSummary]) -> list[str]:
    """What was measured of any of the runs, the loss first."""
    names = dict.fromkeys(
        name for run in runs for name, value in run.metrics.items() if isinstance(value, (int, float))
    )
    return sorted(names, key=lambda name: (name != "loss", name != "reconstruction"))


def _chart(runs: list[RunSummary]) -> None:
    names = _metrics(runs)
    if not names:
        return
    several = len(runs) > 1
    quantity = st.segmented_control("Curve", names, default=names[0], key="runs.curve") if several else names[0]
    lines = []
    with telling():
        for run, label in zip(runs[:MOST_CURVES], _labelled(runs), strict=False):
            lines.append(Curve(label, *curve(run.folder, quantity or names[0])))
    curves(key="runs.curves", base=base_path(), quantity=quantity or names[0], lines=lines)
    if len(runs) > MOST_CURVES:
        st.caption(f"The first {MOST_CURVES} are drawn.")


def _labels(run: RunSummary) -> None:
    with st.form(f"runs.labels.{run.name}", border=False):
        title = st.text_input("Title", run.title)
        note = st.text_area("Note", run.note, height=120)
        if st.form_submit_button("Save"):
            with telling():
                keeping().label(run.name, title=title, note=note)
                st.rerun()


def _export(run: RunSummary) -> None:
    st.download_button(
        "Export", lambda: keeping().pack(run.name), file_name=f"{run.name}{SUFFIX}", mime="application/zip",
        on_click="ignore", width="stretch", icon=":material/download:", disabled=run.step is None,
        help="One file, to be imported on another machine or by `vaelab import`.",
    )  # fmt: skip


def _share(run: RunSummary, own: bool) -> None:
    with st.popover("Share", icon=":material/share:", width="stretch", disabled=not own):
        st.caption("Whoever has a link can look at this run and change nothing. It is shown once.")
        fresh = f"runs.link.{run.name}"
        if st.button("Make a link", type="primary"):
            with telling():
                st.session_state[fresh] = keeping().share(run.name)
        if token := st.session_state.get(fresh):
            st.code(f"{_server()}/?share={token}", language=None, wrap_lines=True)
        with telling():
            for share in keeping().shares(run.name):
                said, withdrawn = st.columns([3, 2], vertical_alignment="center")
                said.text(f"{share.name}, made {share.created[:16].replace('T', ' ')}")
                if withdrawn.button("Withdraw", key=f"runs.revoke.{share.name}", width="stretch"):
                    keeping().revoke(run.name, share.name)
                    st.session_state.pop(fresh, None)
                    st.rerun()


def _server() -> str:
    """Where this app is found, as the visitor's browser says."""
    return (st.context.url or "").partition("?")[0].rstrip("/").removesuffix("/runs")


def _open(run: RunSummary, *, with_run: bool) -> None:
    """Go to the playground with a run, or with its recipe and seed alone."""
    with telling():
        where = address.of_recipe(from_json(run.recipe), run.seed) | ({"run": run.name} if with_run else {})
        forget("playground")
        st.switch_page(playground.page(), query_params=where)
