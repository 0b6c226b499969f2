"""Page set-up and the list of pages."""

from __future__ import annotations

from importlib.resources import files

import streamlit as st

from vaelab.ui import address
from vaelab.ui.mishaps import contained
from vaelab.ui.pages import compare, data, dial, playground, runs, shared
from vaelab.ui.server import visitors_are_trusted

ICON = str(files("vaelab.ui") / "icon.png")  # A file of ours: named symbols are fetched from another host.


def show() -> None:
    """Draw the page that the address names."""
    st.set_page_config(page_title="vaelab", page_icon=ICON, layout="wide")
    # Streamlit leaves room for a header that a page with its menu on top does not have, and for the sidebar of the page
    # before; on a narrow page the menu is in it.
    st.html("""<style>
        .stMainBlockContainer { padding: 4.5rem 2rem 2rem; }
        [data-testid=stSidebar]:not(:has([data-testid=stVerticalBlock] > *, a)) { display: none; }
    </style>""")
    if address.read("share"):
        page = st.navigation([st.Page(shared.show, title="A shared run", default=True)], position="hidden")
        with contained("shared"):
            address.enter("shared")
            page.run()
        return
    hidden = address.hidden()
    if "sidebar" in hidden:
        st.html("<style>[data-testid=stSidebar], [data-testid=stExpandSidebarButton] { display: none; }</style>")
    pages = [
        playground.page(),
        st.Page(compare.show, title="AE and VAE", icon=":material/compare:", url_path="compare"),
        st.Page(dial.show, title="Beta dial", icon=":material/speed:", url_path="dial"),
        st.Page(data.show, title="Your data", icon=":material/folder_open:", url_path="data"),
    ]
    if visitors_are_trusted():
        pages.insert(-1, st.Page(runs.show, title="Runs", icon=":material/list:", url_path="runs"))
    page = st.navigation(pages, position="hidden" if "menu" in hidden else "top")
    with contained(f"page {page.url_path or page.title}"):
        address.enter(page.url_path)
        page.run()
        address.write()  # Pages without a recipe have not told the browser what they were entered with.
