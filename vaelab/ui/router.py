"""Page set-up and the list of pages."""

from __future__ import annotations

from importlib.resources import files

import streamlit as st

from vaelab.ui import address
from vaelab.ui.pages import compare, data, dial, playground

ICON = str(files("vaelab.ui") / "icon.png")  # A file of ours: named symbols are fetched from another host.


def show() -> None:
    """Draw the page that the address names."""
    st.set_page_config(page_title="vaelab", page_icon=ICON, layout="wide")
    # Streamlit leaves room for a header that a page with its menu on top does not have.
    st.html("<style>.stMainBlockContainer { padding: 4.5rem 2rem 2rem; }</style>")
    pages = [
        st.Page(playground.show, title="Playground", icon=":material/tune:", url_path="playground", default=True),
        st.Page(compare.show, title="AE and VAE", icon=":material/compare:", url_path="compare"),
        st.Page(dial.show, title="Beta dial", icon=":material/speed:", url_path="dial"),
        st.Page(data.show, title="Your data", icon=":material/folder_open:", url_path="data"),
    ]
    page = st.navigation(pages, position="top")
    address.enter(page.url_path)
    page.run()
