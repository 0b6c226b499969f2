"""The app with a fault in every page, fragment, callback and route: `streamlit run tests/promises/faulty_app.py`."""

from pathlib import Path

import streamlit as st

from tests.promises.faults import FAULTY, SECRET
from vaelab.live.runs import Runs
from vaelab.ui import address, router
from vaelab.ui.pages import compare, dial, playground
from vaelab.ui.server import lifespan, middleware, routes


def fail(*_, **__):
    """Fail as nothing is expected to."""
    raise RuntimeError(SECRET)


def failing_for(method):
    """The method of a registry, but for a run that has a fault."""

    def call(self, run, *rest):
        return fail() if run == FAULTY else method(self, run, *rest)

    return call


dial.show = fail  # A page as a whole;
compare._runs_on_show = fail  # a fragment of one;
playground._start = fail  # a button;
address.write_view = fail  # what the explorer calls;
Runs.frame = failing_for(Runs.frame)  # a route,
Runs.known = failing_for(Runs.known)
Runs.newest = failing_for(Runs.newest)  # and a WebSocket.

SCRIPT = str(Path(router.__file__).parent / "pages" / "main.py")
app = st.App(SCRIPT, routes=routes(), lifespan=lifespan, middleware=middleware())
