"""What is unexpected: the visitor is told a number and nothing else; the server's log says all under that number."""

from __future__ import annotations

import functools
import logging
import secrets
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

log = logging.getLogger("vaelab")
Handler = Callable[[Request], Awaitable[Response]]


def incident(where: str) -> str:
    """Write the exception that is being handled to the log, and return the number that it has there."""
    number = secrets.token_hex(4)
    log.exception("Incident %s (%s)", number, where)
    return number


def sentence(number: str) -> str:
    """What a visitor is told."""
    return f"Something went wrong on the server. Try again; if it stays so, tell whoever runs it the number {number}."


def contained(handler: Handler) -> Handler:
    """The handler of a route, but for what it does not expect: that is answered with a number."""

    @functools.wraps(handler)
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except Exception:
            number = incident(f"{request.method} {request.scope.get('route_path') or handler.__name__}")
            return JSONResponse({"message": sentence(number)}, status_code=500, headers={"Cache-Control": "no-store"})

    return answer
