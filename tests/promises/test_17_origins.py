"""17: cross-site requests and DNS rebinding are refused, and no viewer can wear the server down."""

import base64
import os
import socket
import time
import tomllib
from urllib.parse import urlsplit

import psutil
import pytest
from websockets.exceptions import ConnectionClosed

from tests.browser.app.serving import ROOT
from tests.live.helpers import wait_for
from tests.promises.visitor import request, watch, xsrf_cookie
from vaelab.live.frames import unpack

RUN = "digits-vae-2d"
STREAMS = ["/_stcore/stream", f"/vaelab/runs/{RUN}/frames"]

# All that a visitor's safety hangs on; a line less here and in the file would be seen in neither.
SHIPPED = {
    "server": {
        "allowedHosts": ["localhost", "127.0.0.1", "[::1]"],
        "enableXsrfProtection": True,
        "enableCORS": True,
        "enableStaticServing": False,
        "maxUploadSize": 20,
        "maxMessageSize": 50,
        "fileWatcherType": "none",
        "headless": False,
    },
    "client": {"showErrorDetails": "none", "toolbarMode": "minimal", "showSidebarNavigation": False},
    "browser": {"gatherUsageStats": False},
    "runner": {"postScriptGC": False, "fastReruns": True},
}


def test_promise_17_the_settings_that_ship_are_these():
    found = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert {section: values for section, values in found.items() if section != "theme"} == SHIPPED


def handshake(server, path, **changes):
    """The status with which a WebSocket is answered."""
    port = urlsplit(server.address).port
    headers = {
        "Host": f"localhost:{port}", "Origin": server.address, "Connection": "Upgrade", "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(), **changes,
    }  # fmt: skip
    return request(server.address + path, **headers)[0]


FOREIGN = {
    "another origin": {"Origin": "http://evil.example"},
    "no origin to speak of": {"Origin": "null"},
    "an origin that begins like ours": {"Origin": "http://localhost.evil.example"},
    "a name that was made to point here": {"Origin": "http://evil.example", "Host": "evil.example"},
    "the same with a port": {"Origin": "http://evil.example:8501", "Host": "evil.example:8501"},
    "a foreign name with our origin": {"Host": "evil.example"},
}


@pytest.mark.parametrize("path", STREAMS)
@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_promise_17_pages_of_others_are_refused_by_the_running_app(playground, path, headers):
    assert handshake(playground, path, **headers) == 403


@pytest.mark.parametrize("path", STREAMS)
def test_promise_17_its_own_pages_are_not(playground, path):
    assert handshake(playground, path) == 101
    port = urlsplit(playground.address).port
    local = {"Host": f"127.0.0.1:{port}", "Origin": f"http://127.0.0.1:{port}"}
    assert handshake(playground, path, **local) == 101


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_promise_17_frames_over_plain_http_are_refused_too(playground, headers):
    port = urlsplit(playground.address).port
    status, answered, content = request(
        f"{playground.address}/vaelab/runs/{RUN}/frame", **{"Host": f"localhost:{port}", **headers}
    )
    assert status == 403 and len(content) < 200
    assert "access-control-allow-origin" not in {name.lower() for name in answered}


@pytest.mark.parametrize("token", ["", "2|aaaaaaaa|bbbbbbbbbbbbbbbbbbbbbbbb|1700000000"])
def test_promise_17_an_upload_without_the_token_of_the_page_is_refused(playground, token):
    cookie = xsrf_cookie(playground.address)
    assert cookie
    for method in ("PUT", "POST", "DELETE"):
        headers = {"Cookie": cookie, "Content-Type": "application/octet-stream"}
        status, _, _ = request(
            f"{playground.address}/_stcore/upload_file/session/file", method, b"x",
            **headers | ({"X-Xsrftoken": token} if token else {}),
        )  # fmt: skip
        assert status in (403, 405) and (method != "PUT" or status == 403)


# --- wearing it down ------------------------------------------------------------------------------------------------


def first_frame(server):
    """Seconds until a new viewer has its first frame."""
    started = time.monotonic()
    with watch(server.address, RUN) as viewer:
        assert unpack(viewer.recv(timeout=30))[0]["run"] == RUN
    return time.monotonic() - started


@pytest.mark.parametrize(
    ("message", "codes"),
    [("x" * 5000, [4400]), (b"\xff" * 4096, [4400]), ("{", [4400]), ("x" * (60 << 20), [4400, 1009, 1006])],
    ids=["oversize", "binary", "malformed", "60 MB"],
)
def test_promise_17_a_message_that_is_none_ends_its_connection_only(playground, message, codes):
    with watch(playground.address, RUN) as viewer:
        viewer.recv(timeout=30)
        with pytest.raises((ConnectionClosed, OSError)) as closed:
            viewer.send(message)
            viewer.recv(timeout=30)
        code = getattr(getattr(closed.value, "rcvd", None), "code", 1006)
        assert code in codes
    assert first_frame(playground) < 10


@pytest.mark.parametrize("garbage", [bytes(4000), b"\xff\xff" * 2000, b"\x81\xfe\xff\xff", b"GET / HTTP/1.1\r\n\r\n"])
def test_promise_17_what_is_no_frame_of_the_protocol_ends_its_connection_only(playground, garbage):
    viewer = watch(playground.address, RUN, legacy=True)
    viewer.socket.sendall(garbage)
    viewer.socket.close()
    assert first_frame(playground) < 10


def test_promise_17_too_many_messages_end_their_connection_only(playground):
    with watch(playground.address, RUN) as viewer:
        with pytest.raises(ConnectionClosed) as closed:
            for _ in range(100_000):
                viewer.send('{"ack": 1}')
            while True:
                viewer.recv(timeout=30)
        assert closed.value.rcvd.code == 4400 and "messages per second" in closed.value.rcvd.reason
    assert first_frame(playground) < 10


def test_promise_17_readers_that_do_not_read_cost_one_frame_each(playground):
    process = psutil.Process(playground.pid)
    first_frame(playground)
    before = process.memory_info().rss
    idle = []
    for _ in range(40):
        viewer = watch(playground.address, RUN, legacy=True)
        viewer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        idle.append(viewer)  # Connected, and never read from again.
    assert first_frame(playground) < 10
    grown = process.memory_info().rss - before
    print(f"\n40 viewers that do not read: {grown / 40 / 2**20:.2f} MB each")
    assert grown < 40 * (4 << 20)
    for viewer in idle:
        viewer.socket.close()


def test_promise_17_a_hundred_dropped_connections_leave_nothing(playground):
    process = psutil.Process(playground.pid)
    first_frame(playground)
    sockets, threads = len(process.net_connections()), process.num_threads()
    for _ in range(4):
        viewers = [watch(playground.address, RUN, legacy=True) for _ in range(25)]
        for viewer in viewers:
            viewer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")  # A reset, no goodbye.
            viewer.socket.close()
    wait_for(lambda: len(process.net_connections()) <= sockets + 2, 30)
    assert process.num_threads() <= threads + 45  # The pool of threads that read files may have grown to its size.
    assert first_frame(playground) < 10
