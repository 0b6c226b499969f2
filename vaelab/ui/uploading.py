"""Files that are dropped on the page: what will be done with them is shown before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import streamlit as st

from vaelab.data.own.examining import SUFFIXES, examine
from vaelab.data.own.given import Given
from vaelab.data.own.limits import FEWEST, LARGEST, MOST, PIXELS, SIDE, SMALLEST, UPLOADED
from vaelab.data.own.options import Options
from vaelab.data.own.planning import Plan, plan
from vaelab.data.own.source import Pictures, Source
from vaelab.data.own.storing import store
from vaelab.errors import DataError, VaelabError
from vaelab.ui.data_card import gallery
from vaelab.ui.recipe_form import as_written

TOGETHER = 100 << 20  # Bytes of all files of one upload: they lie in the server's memory until they are kept.
ROUND = "own_round"  # Part of every widget's key: what has been kept makes room for the next.
INFO = ":material/info:"
CHOICES = (  # Of pictures: the option, its label, and its values in words.
    ("fit", "Other shapes", {"crop": "cut to their middle", "pad": "with bars", "stretch": "stretched"}),
    ("colour", "Colours", {"auto": "as they are", "grey": "grey", "colour": "coloured"}),
    ("invert", "Invert", {"auto": "where dark on light", "yes": "always", "no": "never"}),
)


class Upload(NamedTuple):
    """Where an upload stands."""

    under_way: bool  # Files have been given, and what will be done with them is shown.
    kept: str = ""  # The name of the data that have just been kept.


def uploading(page: str) -> Upload:
    """Draw the form, and the plan of what is given to it."""
    key = f"{page}.{st.session_state.get(ROUND, 0)}"
    limit = int(st.get_option("server.maxUploadSize"))
    st.markdown(
        f"Give a **.zip** of pictures (PNG, JPEG, WebP; its folders become classes), one **sprite sheet**, a **.npy**, "
        f"**.npz** or **IDX** array (and one of labels), or a **.csv** with a row of numbers per example. "
        f"Up to {limit} MB a file, {FEWEST} to {MOST:,} examples; pictures of up to {PIXELS // 1_000_000} million "
        f"pixels and {SIDE:,} a side become {SMALLEST} to {LARGEST} pixels a side. Larger folders and tables: "
        "`vaelab data add PATH` on the server."
    )
    files = st.file_uploader("Files", SUFFIXES, accept_multiple_files=True, key=f"{key}.files")
    if not files:
        return Upload(False)
    try:
        given = [Given(file.name, file) for file in files]  # type: ignore[arg-type] - it is a stream of bytes.
        if sum(file.size for file in files) > TOGETHER:
            raise DataError(f"Together the files are larger than {TOGETHER >> 20} MB; give fewer of them.")
        names = tuple(str(file.file_id) for file in files)
        planned, source, name = _plan(given, names, key)
    except VaelabError as error:
        st.warning(as_written(str(error)), icon=INFO)
        return Upload(True)
    _describe(planned)
    too_large = planned.bytes > UPLOADED
    if too_large:
        st.warning(f"An upload may become at most {UPLOADED >> 20:,} MB: choose a smaller size.", icon=INFO)
    if not st.button("Keep these data", type="primary", icon=":material/save:", disabled=too_large, key=f"{key}.keep"):
        return Upload(True)
    return Upload(True, _keep(planned, name, key))


def _plan(given: Sequence[Given], names: tuple[str, ...], key: str) -> tuple[Plan, Source, str]:
    """The plan of the files with the options beside it, which depend on what the files are."""
    examined = st.session_state.get(f"{key}.examined")
    reading = _reading(given, key)
    if not examined or examined[:2] != (names, reading):
        with st.spinner("Looking at the files ..."):
            examined = (names, reading, examine(given, Options(**reading)))
        st.session_state[f"{key}.examined"] = examined
    source: Source = examined[2]
    first = plan(source, Options(**reading))
    title = st.text_input("Name", first.title, max_chars=80, key=f"{key}.title.{names[0]}")
    making = _making(source, first, key)
    options = Options(**reading, **making)
    return plan(source, options), source, title


def _reading(given: Sequence[Given], key: str) -> dict[str, Any]:
    """How to read a sheet, an array or a table, where that has to be said."""
    suffix = given[0].suffix
    if len(given) == 1 and suffix in (".png", ".jpg", ".jpeg", ".webp"):
        left, right = st.columns(2)
        tile = left.number_input("Tile, pixels", 0, 1024, 0, key=f"{key}.tile", help="Side of a tile; 0 to find it.")
        gap = right.number_input("Gap, pixels", 0, 256, 0, key=f"{key}.gap", help="Between two tiles.")
        return {"tile": int(tile), "gap": int(gap)}
    if suffix in (".csv", ".tsv", ".txt", ".tra", ".tes", ".data"):
        left, right = st.columns(2)
        label = left.text_input(
            "Class column", "", key=f"{key}.label", help="Its name or number, last or none; empty to find it."
        )
        return {"label": label.strip(), "features": _features(right, key)}
    if suffix in (".npy", ".npz"):
        return {"features": _features(st, key)}
    return {}


def _features(place: Any, key: str) -> int:
    what = "For sequences: how many numbers each step has. 0 where a row is a vector or a picture."
    return int(place.number_input("Numbers per step", 0, 16_384, 0, key=f"{key}.features", help=what))


def _making(source: Source, first: Plan, key: str) -> dict[str, Any]:
    """What can be chosen once it is known what the files are."""
    chosen: dict[str, Any] = {}
    if isinstance(source, Pictures):
        height, width = first.shape[:2]
        columns = st.columns(5)
        chosen["size"] = (
            int(columns[0].number_input("Height", SMALLEST, LARGEST, height, key=f"{key}.height.{height}")),
            int(columns[1].number_input("Width", SMALLEST, LARGEST, width, key=f"{key}.width.{width}")),
        )
        for place, (field, label, words) in zip(columns[2:], CHOICES, strict=True):
            chosen[field] = place.selectbox(label, list(words), format_func=words.__getitem__, key=f"{key}.{field}")
    columns = st.columns(2, vertical_alignment="bottom")
    if source.test is None:
        share = columns[0].number_input("Held out for tests, %", 1, 50, 20, key=f"{key}.test")
        chosen["test"] = share / 100
    if source.labels is not None:
        chosen["classes"] = columns[1].checkbox("Keep the classes", True, key=f"{key}.classes")
    return chosen


def _describe(planned: Plan) -> None:
    """All that will be done, in words and pictures."""
    st.markdown("**What will be done**")
    st.text("\n".join(planned.sentences()))
    gallery(planned.samples, [planned.classes[label] for label in planned.sample_labels], "Sample")
    if planned.dropped.total:
        with st.expander(f"Left out: {planned.dropped.total:,}", icon=":material/block:"):
            st.dataframe([{"file": name, "why": reason} for name, reason in planned.dropped.first], hide_index=True)


def _keep(planned: Plan, title: str, key: str) -> str:
    bar = st.progress(0.0, "Keeping the data ...")
    try:
        stored = store(planned, title.strip(), lambda share: bar.progress(min(share, 1.0), "Keeping the data ..."))
    except VaelabError as error:
        bar.empty()
        st.warning(as_written(str(error)), icon=INFO)
        return ""
    if stored.dropped.total:
        st.toast(as_written(stored.dropped.sentence()), icon=":material/block:")
    if stored.known:
        st.toast("These very data were kept before; here they are.", icon=INFO)
    st.session_state.pop(f"{key}.examined", None)
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    return stored.own.name
