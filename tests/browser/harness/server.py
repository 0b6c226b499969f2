"""The explorer without Streamlit: its files, a page that mounts it, and runs that play frames from memory."""

import asyncio
import json
import socket
import threading
import time
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocketDisconnect

STATIC = Path(__file__).parents[3] / "vaelab" / "ui" / "explorer" / "static"
LIGHT = {"text-color": "#31333f", "background-color": "#ffffff", "secondary-background-color": "#f0f2f6",
         "primary-color": "#0f62fe", "border-color": "#d5d6da"}  # fmt: skip
DARK = {"text-color": "#fafafa", "background-color": "#0e1117", "secondary-background-color": "#262730",
        "primary-color": "#5b9bff", "border-color": "#3d4048"}  # fmt: skip

PAGE = """<!doctype html><meta charset="utf-8"><title>Explorer</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root {{ {variables}; --st-font: system-ui, sans-serif; --st-base-radius: 0.5rem; }}
body {{ margin: 0; padding: 16px; background: var(--st-background-color); }}</style><div id="host"></div>
<script type="module">
import {{ mount }} from "/vaelab/static/explorer.js";
const parentElement = document.getElementById("host").attachShadow({{ mode: "open" }});
window.reported = []; window.triggered = [];
window.remount = (data) => window.unmount = mount({{ data, parentElement,
  setStateValue: (name, value) => window.reported.push([name, value]),
  setTriggerValue: (name, value) => window.triggered.push([name, value]) }});
remount({data});
</script>"""


class Harness:
    """A running server: `runs` maps a run to its frames, `received` lists what pages sent."""

    def __init__(self, port: int = 0):
        """Nothing runs until `start`; port 0 takes any free one."""
        self.runs: dict[str, list[bytes]] = {}
        self.encoders: dict[str, bytes] = {}
        self.asked: list[str] = []  # Runs whose encoders were fetched.
        self.received: dict[str, list[dict]] = {}
        self.interval = 0.1
        self.sockets = True
        self.refusal = ""  # What every command is answered with.
        routes = [
            Route("/", self.page),
            Route("/vaelab/runs/{run}/frame", self.frame),
            Route("/vaelab/runs/{run}/encoder", self.encoder),
            WebSocketRoute("/vaelab/runs/{run}/frames", self.frames),
            Mount("/vaelab/static", StaticFiles(directory=STATIC)),
        ]
        config = uvicorn.Config(Starlette(routes=routes), log_level="error", lifespan="off")
        self.server = uvicorn.Server(config)
        self.socket = socket.create_server(("127.0.0.1", port))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]}, daemon=True)

    @property
    def address(self) -> str:
        """Where a browser finds the page."""
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def start(self) -> "Harness":
        """Serve from a thread and wait until it does."""
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        """End the thread."""
        self.server.should_exit = True
        self.thread.join(10)

    async def page(self, request):
        """`?data=` is the JSON that Python would give, `?theme=dark` the other theme."""
        theme = DARK if request.query_params.get("theme") == "dark" else LIGHT
        variables = "; ".join(f"--st-{name}: {value}" for name, value in theme.items())
        data = {"base": "", "version": "1", "mode": "explore", "runs": [], "labels": [], "hide": [], "can_train": True}
        data |= json.loads(request.query_params.get("data", "{}"))
        return HTMLResponse(PAGE.format(variables=variables, data=json.dumps(data)))

    async def frame(self, request):
        """The newest frame over plain HTTP."""
        frames = self.runs.get(request.path_params["run"])
        if not frames:
            return JSONResponse({"message": "There is no such run; it may have ended."}, status_code=404)
        return Response(frames[-1], media_type="application/octet-stream")

    async def encoder(self, request):
        """The encoder of the newest weights."""
        run = request.path_params["run"]
        self.asked.append(run)
        if run not in self.encoders:
            return JSONResponse({"message": "This run has no encoder to draw for."}, status_code=404)
        return Response(self.encoders[run], media_type="application/octet-stream")

    async def frames(self, socket):
        """One frame after the other, the next only after the last was acknowledged."""
        run = socket.path_params["run"]
        if not self.sockets:
            return await socket.close(1001)
        await socket.accept()
        if run not in self.runs:
            return await socket.close(4404, "There is no such run; it may have ended.")
        try:
            for frame in self.runs[run]:
                await socket.send_bytes(frame)
                while "ack" not in (message := json.loads(await socket.receive_text())):
                    await self.answer(socket, run, message)
                await asyncio.sleep(self.interval)
            while True:
                await self.answer(socket, run, json.loads(await socket.receive_text()))
        except WebSocketDisconnect:
            pass

    async def answer(self, socket, run, message):
        """Remember what a page said, and refuse it if all is to be refused."""
        self.received.setdefault(run, []).append(message)
        if self.refusal and "ack" not in message:
            await socket.send_text(json.dumps({"refused": self.refusal}))


def create_harness(frames: dict[str, list[bytes]], port: int = 0) -> Harness:
    """A harness that serves these runs, started; the caller stops it."""
    harness = Harness(port)
    harness.runs.update(frames)
    return harness.start()
