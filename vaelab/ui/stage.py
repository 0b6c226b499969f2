"""The explorer as a page shows it, with what there is to say above it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from vaelab.errors import VaelabError
from vaelab.ui import address
from vaelab.ui.explorer import explorer
from vaelab.ui.mishaps import contained
from vaelab.ui.recipe_form import Choice, as_written
from vaelab.ui.server import base_path


def stage(choice: Choice, page: str, runs: list[str], message: str, empty: str, **data: Any) -> str:
    """Draw it in a fragment, with the view of the address; returns the action that was asked for, or nothing.

    `message` is said above the runs, `empty` in their place where there are none; `data` goes to the explorer.
    """
    if choice.notice:
        st.warning(as_written(choice.notice), icon=":material/link_off:")
    if message:
        st.info(message, icon=":material/info:")
    key = f"{page}.explorer" if runs else f"{page}.nothing"  # An explorer of its own, so that no old runs stay.
    reply = explorer(
        key=key,
        base=base_path(),
        runs=runs,
        view=address.read_view(),
        returns=address.returns(),
        hide=address.hidden(),
        message="" if runs else empty,
        on_view=contained("view")(lambda: address.write_view(st.session_state[key]["view"])),
        **data,
    )
    return reply.action or ""


@contextmanager
def telling() -> Iterator[None]:
    """What cannot be done is said in a toast, and the page stays as it is."""
    try:
        yield
    except VaelabError as error:
        st.toast(as_written(str(error)), icon=":material/error:")
