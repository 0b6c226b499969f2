"""The explorer's ES modules and style sheets, served from the package under one version."""

from __future__ import annotations

import functools
import hashlib
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from vaelab.live.incidents import contained

TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


@functools.cache
def assets() -> dict[str, bytes]:
    """All files by name: the only names that can be asked for."""
    folder = files("vaelab.ui.explorer") / "static"
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name.endswith(tuple(TYPES))}


@functools.cache
def version() -> str:
    """A name for exactly these files, so that a browser never mixes old and new ones."""
    digest = hashlib.sha256()
    for name, content in sorted(assets().items()):
        digest.update(name.encode() + b"\0" + content)
    return digest.hexdigest()[:16]


def asset_routes(base: str) -> list[BaseRoute]:
    """`{base}/vaelab/static/{version}/{file}`: modules import their neighbours by relative names, version and all."""

    @contained
    async def serve(request: Request) -> Response:
        name = request.path_params["file"]
        content = assets().get(name)
        if content is None or request.path_params["version"] != version():
            return Response("There is no such file.", status_code=404, media_type="text/plain")
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
        return Response(content, media_type=TYPES[name[name.rindex(".") :]], headers=headers)

    return [Route(f"{base}/vaelab/static/{{version}}/{{file}}", serve, methods=["GET"])]
