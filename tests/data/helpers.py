"""IDX bytes to read, and a web server that misbehaves on purpose."""

import gzip
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

from vaelab.data import idx
from vaelab.data.published import File

SHAPE = (20, 4, 4)
ARRAY = np.random.default_rng(0).integers(0, 256, SHAPE, np.uint8)
PLAIN = idx.header(SHAPE) + ARRAY.tobytes()
ZIPPED = gzip.compress(PLAIN, mtime=0)
FILE = File("images", SHAPE, hashlib.sha256(PLAIN).hexdigest())
OTHER = gzip.compress(idx.header(SHAPE) + (255 - ARRAY).tobytes())  # Right in form, wrong in content.

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """Answers each path with a function, and counts the requests."""

    def __init__(self, server: ThreadingHTTPServer, answers: dict[str, Answer], ending: threading.Event):
        self.server, self.answers, self.ending = server, answers, ending
        self.requests: list[str] = []
        self.endured: list[str] = []  # Paths of the slow answers that the client waited for to the end.

    def mirror(self, name: str, answer: Answer) -> str:
        """The address of a folder in which every file is answered like this."""
        self.answers[name] = answer
        return f"http://127.0.0.1:{self.server.server_port}/{name}"


@contextmanager
def serving() -> Iterator[Server]:
    """A server on this machine; when it ends, so does every answer that waits for `ending`."""
    answers: dict[str, Answer] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802
            state.requests.append(self.path)
            try:
                answers[self.path.split("/")[1]](self)
            except ConnectionError:
                pass  # The client has had enough.

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state = Server(server, answers, threading.Event())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        state.ending.set()
        server.shutdown()
        server.server_close()
        thread.join()


def sends(body: bytes, length: int | None = None) -> Answer:
    """200 and a body, under a Content-Length that may lie."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def refuses(status: int) -> Answer:
    """An error page of the server's."""
    return lambda handler: handler.send_error(status)


def redirects(location: str) -> Answer:
    """A pointer to elsewhere."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", location)
        handler.end_headers()

    return answer


def drips(server: Server, seconds: float, block: bytes, count: int) -> Answer:
    """A block every so often, far more than anyone should wait for."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(count):
            handler.wfile.write(block)
            server.ending.wait(seconds)
        server.endured.append(handler.path)

    return answer
