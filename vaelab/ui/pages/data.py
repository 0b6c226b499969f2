"""Your data: files become a data set, are looked at, and trained on."""

from __future__ import annotations

import streamlit as st

from vaelab.data.own import kept
from vaelab.data.own.folder import is_own
from vaelab.data.own.kept import Own
from vaelab.errors import DataError, VaelabError
from vaelab.ui import address
from vaelab.ui.data_card import show_card
from vaelab.ui.recipe_form import as_written
from vaelab.ui.server import visitors_are_trusted
from vaelab.ui.stage import telling
from vaelab.ui.uploading import uploading

SHOWN = "own"  # In the address: the data whose card is open.
SHARED = (
    "Files go to this server and nowhere else. What is kept here is shared: everyone who can open this playground can "
    "see it and train on it"
)
MANAGED = {True: ", rename it and delete it.", False: "; only whoever runs the server can rename and delete it."}


def show() -> None:
    """Draw the page."""
    st.header("Your data")
    st.caption(SHARED + MANAGED[visitors_are_trusted()])
    upload = uploading("data")
    if upload.kept:
        address.write(**{SHOWN: upload.kept})
        st.rerun()
    if (name := address.read(SHOWN)) and not upload.under_way:
        _open(name)
    _list(kept.everything())


def _open(name: str) -> None:
    try:
        if not is_own(name):
            raise DataError(f"The address names data that cannot be: {name!r:.60}.")
        show_card(kept.get(name))
    except VaelabError as error:
        st.warning(as_written(str(error)), icon=":material/link_off:")


def _list(everything: list[Own]) -> None:
    st.subheader("Kept on this server")
    if not everything:
        st.caption("Nothing yet.")
    for own in everything:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            with st.container():
                st.text(own.title)
                st.caption(f"{_about(own)}, {own.bytes / 1e6:,.1f} MB, added {own.created[:10]}")
            if st.button("Show", key=f"show.{own.name}", icon=":material/visibility:", help=_help("Show", own)):
                address.write(**{SHOWN: own.name})
                st.rerun()
            if not visitors_are_trusted():
                continue
            with st.popover("Rename", icon=":material/edit:"):
                _rename(own)
            with st.popover("Delete", icon=":material/delete:"):
                _delete(own)


def _rename(own: Own) -> None:
    with st.form(f"rename.{own.name}", border=False):
        title = st.text_input("New name", own.title, max_chars=80, key=f"title.{own.name}")
        if st.form_submit_button("Rename"):
            with telling():
                kept.rename(own.name, title)
                st.rerun()


def _delete(own: Own) -> None:
    st.text(f"Delete {own.title} for good?")
    st.caption("Its examples are deleted for everyone. Models trained on them stay, and can still be explored.")
    if st.button("Delete for good", key=f"delete.{own.name}", type="primary"):
        with telling():
            kept.remove(own.name)
            if address.read(SHOWN) == own.name:
                address.write(**{SHOWN: None})
            st.rerun()


def _about(own: Own) -> str:
    shape = " x ".join(map(str, own.shape))
    classes = f", {len(own.classes)} classes" if len(own.classes) > 1 else ""
    return f"{own.train + own.test:,} examples of {shape}{classes}"


def _help(verb: str, own: Own) -> str:
    return as_written(f"{verb} {own.title}")
