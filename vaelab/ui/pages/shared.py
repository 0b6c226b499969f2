"""A run as whoever holds a share link sees it: to look at, drag and draw from; nothing here changes it."""

from __future__ import annotations

import streamlit as st

from vaelab.errors import VaelabError
from vaelab.ui import address
from vaelab.ui.explorer import explorer
from vaelab.ui.mishaps import contained
from vaelab.ui.server import base_path, guests

KEY = "shared.explorer"
HIDDEN = ("knobs",)  # What turns something of the run; the explorer itself leaves out the buttons of training.


def show() -> None:
    """Draw the page, without a menu: the rest of the app is none of this visitor's business."""
    token = address.read("share")
    try:
        title = guests().guest(st.context.ip_address or "").title(token)
    except VaelabError as error:
        st.info(str(error), icon=":material/link_off:")
        return
    st.text(title)
    st.caption("A run that was shared with you. Drag, draw and walk; nothing here changes the run itself.")
    _stage(token)


@st.fragment
@contained("stage of shared")
def _stage(token: str) -> None:
    explorer(
        key=KEY,
        base=base_path(),
        runs=[token],
        route="shared",
        view=address.read_view(),
        hide=[*HIDDEN, *address.hidden()],
        on_view=contained("view")(lambda: address.write_view(st.session_state[KEY]["view"])),
    )
