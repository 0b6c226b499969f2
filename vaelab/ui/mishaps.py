"""A page that fails says a number; what happened stays in the server's log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from vaelab.live.incidents import incident, sentence


@contextmanager
def contained(where: str) -> Iterator[None]:
    """Around a page, or as a decorator of a fragment or of what a widget calls.

    Streamlit catches what a fragment and a callback raise itself, so each of them needs its own.
    """
    try:
        yield
    except Exception:  # What Streamlit raises to end or repeat a script is no `Exception`.
        st.error(sentence(incident(where)), icon=":material/error:")
