"""The web routes of a run, by its id or by a share link: frames over a WebSocket, frame and encoder over plain HTTP.

A viewer gets the newest frame, and the next one only after it has acknowledged that: a slow page sees fewer frames,
never old ones, and costs no memory here. What it asked for and could not have is said as text, `{"refused": sentence}`.
Nothing blocks the event loop: files are read in threads.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
from collections.abc import Awaitable, Callable, Sequence

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from vaelab.errors import RunError, VaelabError
from vaelab.live.guest import Guest, Guests
from vaelab.live.incidents import contained, incident, sentence
from vaelab.live.messages import Allowance, Message, parse
from vaelab.live.origin import allowed
from vaelab.live.runs import Runs

log = logging.getLogger(__name__)
LOOK, CALM = 0.02, 0.1  # Seconds between two looks for a newer frame, of a run with a worker and without.
Task = Callable[[], Awaitable[None]]
REFUSED, UNKNOWN, BAD, UNEXPECTED = 4403, 4404, 4400, 1011
RUN = re.compile(r"[0-9a-z-]{1,64}")
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def routes(
    runs: Runs, base: str = "", allowed_hosts: Sequence[str] = (), guests: Guests | None = None
) -> list[BaseRoute]:
    """The routes of all runs under `{base}/vaelab/runs/`, and of what is shared of them under `{base}/vaelab/shared/`.

    `allowed_hosts` as Streamlit's `server.allowedHosts`.
    """
    base = "/" + base.strip("/") if base.strip("/") else ""
    known = guests or Guests(runs)

    def guest(connection: HTTPConnection) -> Guest:
        return known.guest(connection.client.host if connection.client else "")

    return [
        *_routes(f"{base}/vaelab/runs/{{run}}", lambda _: runs, allowed_hosts),
        *_routes(f"{base}/vaelab/shared/{{run}}", guest, allowed_hosts),
    ]


def _routes(path: str, shown_to: Callable[[HTTPConnection], Runs | Guest], hosts: Sequence[str]) -> list[BaseRoute]:
    async def frames(socket: WebSocket) -> None:
        if not allowed(socket.headers, hosts):
            await socket.close(REFUSED, "This page may not watch runs of this server.")
            return
        await socket.accept()  # Only an accepted connection can say why it is closed.
        await _Viewer(socket, shown_to(socket), socket.path_params["run"]).serve()

    async def give(request: Request, read: Callable[[Runs | Guest, str], bytes]) -> Response:
        if not allowed(request.headers, hosts):
            return _sentence(403, "This page may not watch runs of this server.")
        run = request.path_params["run"]
        try:
            content = await run_in_threadpool(_known, read, shown_to(request), run)
        except VaelabError as error:
            return _sentence(404, str(error))
        return Response(content, media_type="application/octet-stream", headers=HEADERS)

    @contained
    async def frame(request: Request) -> Response:
        return await give(request, lambda seen, run: seen.frame(run))

    @contained
    async def encoder(request: Request) -> Response:
        return await give(request, lambda seen, run: seen.encoder(run))

    return [
        WebSocketRoute(f"{path}/frames", frames),
        Route(f"{path}/frame", frame, methods=["GET"]),
        Route(f"{path}/encoder", encoder, methods=["GET"]),
    ]


def _known(read: Callable[[Runs | Guest, str], bytes], seen: Runs | Guest, run: str) -> bytes:
    if not RUN.fullmatch(run):
        raise RunError("There is no such run.")
    return read(seen, run)


def _sentence(status: int, message: str) -> Response:
    return JSONResponse({"message": message}, status_code=status, headers=HEADERS)


class _Viewer:
    """One connection: a task that reads and a task that sends, of which the first to end ends the other."""

    def __init__(self, socket: WebSocket, runs: Runs | Guest, run: str):
        self._socket, self._runs, self._run = socket, runs, run
        self._free = anyio.Event()  # Set once the viewer has acknowledged what it was sent.
        self._free.set()
        self._sent = -1
        self._farewell: tuple[int, str] | None = None

    async def serve(self) -> None:
        """Until the viewer goes, breaks the rules, or the run is no more."""
        try:
            await self._converse()
        except Exception:
            self._farewell = (UNEXPECTED, sentence(incident("frames")))
        if self._farewell:
            code, reason = self._farewell
            with contextlib.suppress(WebSocketDisconnect, OSError, RuntimeError):  # It may have gone already.
                await self._socket.close(code, reason.encode()[:120].decode(errors="ignore"))

    async def _converse(self) -> None:
        if not RUN.fullmatch(self._run) or not await run_in_threadpool(self._runs.known, self._run):
            self._farewell = (UNKNOWN, "This run does not exist any more.")
        else:
            async with anyio.create_task_group() as group:
                # Read all the time: only so does a closed connection end the task that has nothing to send.
                group.start_soon(self._until_the_end, self._read, BAD, group.cancel_scope)
                group.start_soon(self._until_the_end, self._send, UNKNOWN, group.cancel_scope)

    async def _until_the_end(self, task: Task, code: int, scope: anyio.CancelScope) -> None:
        try:
            await task()
        except VaelabError as error:
            self._farewell = (code, str(error))
        except (WebSocketDisconnect, OSError):
            pass  # The viewer went while something was on its way to it.
        scope.cancel()

    async def _read(self) -> None:
        allowance = Allowance()
        while True:
            event = await self._socket.receive()
            if event["type"] != "websocket.receive":
                return
            allowance.spend()
            await self._act(parse(event.get("text") or event.get("bytes") or ""))

    async def _act(self, message: Message) -> None:
        if message.ack is not None:
            if message.ack == self._sent:
                self._free.set()
            return
        try:
            if message.command is not None:
                await run_in_threadpool(self._runs.command, self._run, message.command)
            else:
                await run_in_threadpool(self._runs.knobs, self._run, message.knobs or {})
        except VaelabError as error:
            # No reason to hang up: two viewers may press Stop at the same time, and only one of them is first.
            log.info("Run %s: %s", self._run, error)
            await self._socket.send_text(json.dumps({"refused": str(error)}))

    async def _send(self) -> None:
        version: tuple | None = None
        while True:
            await self._free.wait()
            # Asked in the event loop: a few system calls are cheaper than the way to a thread and back.
            if (found := self._runs.version(self._run)) == version:
                await anyio.sleep(LOOK if found[0] == "live" else CALM)
                continue
            newest = await run_in_threadpool(self._runs.newest, self._run)
            version = newest.version if newest.version == found else None
            if newest.sequence != self._sent:
                self._free = anyio.Event()
                self._sent = newest.sequence
                await self._socket.send_bytes(newest.content)
