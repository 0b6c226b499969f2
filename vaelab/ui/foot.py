"""The end of the sidebar: the button that trains, or what is in its way."""

from __future__ import annotations

import streamlit as st

from vaelab.ui.recipe_form import as_written


def foot(label: str, problem: str, help: str) -> bool:  # noqa: A002
    """Draw it, in sight however long the form above it is; returns whether the button was pressed."""
    # The box of a container sticks, not the container in it; and it needs the ground of the sidebar, in either theme.
    st.html("""<style>
        [data-testid=stSidebar] div:has(.st-key-foot) { background: inherit; }
        @media (min-height: 30rem) {
          [data-testid=stSidebarContent] { scroll-padding-bottom: 14rem; } /* What the keyboard reaches is in sight. */
          [data-testid=stSidebar] div:has(> .st-key-foot) {
            position: sticky; bottom: 0; z-index: 1; padding-block: 0.75rem;
          }
        }
    </style>""")
    with st.container(key="foot"):
        if problem:
            st.warning(as_written(problem), icon=":material/info:")
        return st.button(
            label, type="primary", width="stretch", icon=":material/play_arrow:", disabled=bool(problem), help=help
        )
