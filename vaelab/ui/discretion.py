"""Streamlit tells every page where on the server's disk its script lies; a page has no business to know."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

LARGEST = 1 << 16  # Bytes of a greeting; what is larger is something else, and not worth reading.


class Discretion:
    """ASGI middleware that leaves the script's folder out of the greeting of a session."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, and Streamlit's messages without the path."""
        if scope["type"] != "websocket" or not scope["path"].endswith("/_stcore/stream"):
            await self._app(scope, receive, send)
            return

        async def discreet(message: Message) -> None:
            content = message.get("bytes")
            if content and len(content) < LARGEST:
                message = {**message, "bytes": without_path(content)}
            await send(message)

        await self._app(scope, receive, discreet)


def without_path(content: bytes) -> bytes:
    """A message of Streamlit to the browser; a greeting names the script without its folder."""
    found = ForwardMsg.FromString(content)
    if found.WhichOneof("type") != "new_session":
        return content
    found.new_session.main_script_path = found.new_session.main_script_path.replace("\\", "/").rpartition("/")[2]
    return found.SerializeToString()
