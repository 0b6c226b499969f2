"""What lives as long as the server: its runs, and the web routes beside Streamlit's own."""

from __future__ import annotations

import functools
import gc
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from streamlit.runtime.scriptrunner import get_script_run_ctx

from vaelab.checkpoints import shipped_root
from vaelab.live.guest import Guests
from vaelab.live.keeping import Keeping
from vaelab.live.routes import routes as run_routes
from vaelab.live.runs import Runs
from vaelab.ui.discretion import Discretion
from vaelab.ui.explorer.assets import asset_routes

OWN = {"localhost", "127.0.0.1", "[::1]"}  # Names under which only this machine reaches the server.


@functools.cache
def runs() -> Runs:
    """The runs of this server, shared by all visitors and addressed by unguessable ids."""
    return Runs(shipped=shipped_root())


def visitor() -> str:
    """What tells the visitor of this page from all others, for as long as the page is open; no way back from it."""
    context = get_script_run_ctx()
    return hashlib.sha256(context.session_id.encode()).hexdigest()[:16] if context else ""


@functools.cache
def keeping() -> Keeping:
    """What is done with these runs besides training them."""
    return Keeping(runs())


@functools.cache
def guests() -> Guests:
    """Those who look at runs by share links."""
    return Guests(runs())


def base_path() -> str:
    """The path under which the app is served, "" at the root; Streamlit does not add it to custom routes."""
    path = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


def visitors_are_trusted() -> bool:
    """Whether whoever sees a page may see and delete what belongs to others: on one's own machine, or if so told.

    A server that answers to `localhost` alone is one's own.
    """
    hosts = set(st.get_option("server.allowedHosts") or ["*"])
    return hosts <= OWN or os.environ.get("VAELAB_TRUST_VISITORS") == "1"


def routes() -> list[BaseRoute]:
    """The routes of runs and of the explorer's files."""
    hosts = tuple(st.get_option("server.allowedHosts") or ())
    return [*run_routes(runs(), base_path(), hosts, guests()), *asset_routes(base_path())]


def middleware() -> list[Middleware]:
    """What every answer passes through."""
    return [Middleware(Discretion)]


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Start: what is loaded by now is never garbage, so it is not looked at again. Stop: let the spare worker go."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        runs().close()
