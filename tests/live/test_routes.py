"""The web routes: who may connect, what may be said, and that the newest frame wins."""

import shutil
import threading
import time

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from tests.live.helpers import wait_for
from tests.live.web import LIVE_RUN, SHIPPED, sequence_of, show, url
from vaelab.checkpoints import files, write_status
from vaelab.live.frames import unpack
from vaelab.live.routes import routes

# --- who may connect ----------------------------------------------------------------------------------------------

FOREIGN = [
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://localhost:9999"},
    {"origin": "http://localhost:8501.evil.example"},
    {"origin": "file://localhost:8501"},
    {"host": "evil.example", "origin": "http://evil.example"},
    {"host": "localhost:8501@evil.example", "origin": "http://localhost:8501@evil.example"},
    {"host": "example.org.evil", "origin": "http://example.org.evil"},
    {"host": "example.org", "origin": "http://example.org"},
    {"host": "localhost:port", "origin": "http://localhost:port"},
    {"host": "", "origin": "http://localhost:8501"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_promise_17_foreign_pages_and_names_are_refused(client, headers):
    with pytest.raises(WebSocketDisconnect) as refused:
        with client.websocket_connect(url(), headers=headers):
            pass
    assert refused.value.code == 4403
    answer = client.get(f"/app/vaelab/runs/{SHIPPED}/frame", headers=headers)
    assert answer.status_code == 403 and answer.json()["message"]


@pytest.mark.parametrize(
    "headers",
    [{}, {"host": "LOCALHOST:8501"}, {"host": "a.example.org", "origin": "https://a.example.org"}],
)
def test_own_pages_may_connect(client, headers):
    with client.websocket_connect(url(SHIPPED), headers=headers) as socket:
        assert unpack(socket.receive_bytes())[0]["run"] == SHIPPED


def test_promise_17_programs_without_origin_may_connect_but_not_pages_that_hide_it(served):
    with TestClient(Starlette(routes=routes(served)), base_url="http://localhost") as client:
        assert client.get(f"/vaelab/runs/{SHIPPED}/frame").status_code == 200
        assert client.get(f"/vaelab/runs/{SHIPPED}/frame", headers={"sec-fetch-site": "same-origin"}).status_code == 200
        assert client.get(f"/vaelab/runs/{SHIPPED}/frame", headers={"sec-fetch-site": "cross-site"}).status_code == 403


# --- runs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("run", ["ffffffffffffffff", "a" * 65, "UPPER", "a_b", "a.b", "a%00b"])
def test_unknown_runs_are_told(client, run):
    with pytest.raises(WebSocketDisconnect) as gone:
        with client.websocket_connect(url(run)) as socket:
            socket.receive_bytes()
    assert gone.value.code == 4404 and "does not exist" in gone.value.reason
    answer = client.get(f"/app/vaelab/runs/{run}/frame")
    assert answer.status_code == 404 and "no such run" in answer.json()["message"]


def test_promise_11_a_path_is_no_run(client, served):
    for run in ("..%2fruns%2f" + LIVE_RUN, "%2e%2e%2fruns%2f" + LIVE_RUN, str(served.root / LIVE_RUN)):
        assert client.get(f"/app/vaelab/runs/{run}/frame").status_code == 404


def test_a_frame_can_be_fetched(client, served):
    answer = client.get(f"/app/vaelab/runs/{SHIPPED}/frame")
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["cache-control"] == "no-store" and answer.headers["x-content-type-options"] == "nosniff"
    assert unpack(answer.content)[0]["run"] == SHIPPED
    show(served, 5)
    assert unpack(client.get(f"/app/vaelab/runs/{LIVE_RUN}/frame").content)[0]["sequence"] == 5


def test_a_damaged_run_is_told_in_words(client, served):
    (served.shipped / SHIPPED / "run.json").write_bytes(b"{")
    answer = client.get(f"/app/vaelab/runs/{SHIPPED}/frame")
    assert answer.status_code == 404 and "run.json is not valid JSON" in answer.json()["message"]


def test_what_cannot_be_is_said_to_whoever_asked_for_it(client):
    with client.websocket_connect(url(SHIPPED)) as socket:
        unpack(socket.receive_bytes())
        for message in ({"command": "pause"}, {"knobs": {"training.learning_rate": 0.1}}):
            socket.send_json(message)
            assert "can be looked at, not trained" in socket.receive_json()["refused"]


# --- frames -------------------------------------------------------------------------------------------------------


def test_the_newest_frame_wins(client, served):
    show(served, 1)
    with client.websocket_connect(url()) as socket:
        assert sequence_of(socket) == 1
        for sequence in range(2, 30):
            show(served, sequence)
            time.sleep(0.005)
        socket.send_json({"ack": 1})
        assert sequence_of(socket) == 29
        socket.send_json({"ack": 29})
        show(served, 30)
        assert sequence_of(socket) == 30


def test_promise_17_nothing_is_sent_before_the_last_was_acknowledged(client, served, monkeypatch):
    reads = []
    read = served.newest
    monkeypatch.setattr(served, "newest", lambda run: reads.append(run) or read(run))
    show(served, 1)
    with client.websocket_connect(url()) as socket:
        assert sequence_of(socket) == 1
        for sequence in (2, 3, 4):
            show(served, sequence)
            socket.send_json({"ack": 999})  # Not what it was sent.
            time.sleep(0.06)
        assert len(reads) == 1  # A viewer that does not follow costs no reading either.
        socket.send_json({"ack": 1})
        assert sequence_of(socket) == 4


def test_an_unchanged_run_is_not_sent_again(client, served, monkeypatch):
    with client.websocket_connect(url(SHIPPED)) as socket:
        first = sequence_of(socket)
        socket.send_json({"ack": first})
        monkeypatch.setattr(served, "newest", lambda run: pytest.fail("read again"))
        time.sleep(0.1)
        socket.send_json({"command": "pause"})
        time.sleep(0.1)


def test_many_viewers_share_one_reading(client, served, monkeypatch):
    show(served, 1)
    reads = []
    read = files.read
    monkeypatch.setattr(files, "read", lambda path, *rest: reads.append(path) or read(path, *rest))
    for _ in range(5):
        with client.websocket_connect(url()) as socket:
            assert sequence_of(socket) == 1
    assert len([path for path in reads if path.name == "frame.bin"]) == 1


def test_the_end_of_a_run_reaches_its_viewers(client, served):
    show(served, 1)
    with client.websocket_connect(url()) as socket:
        socket.send_json({"ack": sequence_of(socket)})
        write_status(served.root / LIVE_RUN, {"state": "finished", "message": ""})
        header, arrays = unpack(socket.receive_bytes())
        assert header["state"] == "finished" and header["step"] == 30 and "codes" in arrays


def test_a_run_that_vanishes_ends_the_connection(client, served):
    show(served, 1)
    with client.websocket_connect(url()) as socket:
        socket.send_json({"ack": sequence_of(socket)})
        shutil.rmtree(served.root / LIVE_RUN)
        with pytest.raises(WebSocketDisconnect) as gone:
            socket.receive_bytes()
        assert gone.value.code == 4404


def test_promise_17_closing_leaves_nothing_behind(client, served):
    before = threading.active_count()
    for _ in range(5):
        with client.websocket_connect(url(SHIPPED)) as socket:
            sequence_of(socket)  # Never acknowledged: the sender waits when the connection closes.
    wait_for(lambda: threading.active_count() <= before + 1, 10)
