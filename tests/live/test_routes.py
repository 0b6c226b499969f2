"""The web routes: who may connect, what may be said, and that the newest frame wins."""

import json
import threading
import time

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from tests.live.helpers import BETA, stored_run, wait_for
from vaelab.checkpoints import files, write_status
from vaelab.live import routes as module
from vaelab.live.control import FRAME, LIVE, change_control, read_control
from vaelab.live.frames import pack, unpack
from vaelab.live.messages import BURST
from vaelab.live.processes import identify
from vaelab.live.routes import routes
from vaelab.live.runs import Runs

LIVE_RUN, SHIPPED = "0123456789abcdef", "mnist-vae-2d"


@pytest.fixture
def runs(tmp_path):
    """A shipped run, and one that this very process pretends to train."""
    import os

    stored_run(tmp_path / "shipped" / SHIPPED)
    run = stored_run(tmp_path / "runs" / LIVE_RUN)
    me = identify(os.getpid())
    write_status(run, {"state": "training", "pid": me.pid, "started": me.started})
    found = Runs(tmp_path / "runs", tmp_path / "shipped")
    yield found
    found.close()


@pytest.fixture
def client(runs):
    """A browser that shows a page of this server."""
    app = Starlette(routes=routes(runs, base="app", allowed_hosts=["localhost", "*.example.org"]))
    with TestClient(app, base_url="http://localhost:8501", headers={"origin": "http://localhost:8501"}) as found:
        yield found


def show(runs, sequence):
    """What a worker does when it has something new."""
    folder = runs.root / LIVE_RUN
    files.make_folder(folder / LIVE)
    files.replace(folder / FRAME, pack({"sequence": sequence}, {"x": np.zeros(1000, np.uint8)}), durable=False)


def url(run=LIVE_RUN):
    return f"ws://localhost:8501/app/vaelab/runs/{run}/frames"


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
def test_foreign_pages_and_names_are_refused(client, headers):
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


def test_programs_without_origin_may_connect_but_not_pages_that_hide_it(runs):
    with TestClient(Starlette(routes=routes(runs)), base_url="http://localhost") as client:
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


def test_a_path_is_no_run(client, runs):
    for run in ("..%2fruns%2f" + LIVE_RUN, "%2e%2e%2fruns%2f" + LIVE_RUN, str(runs.root / LIVE_RUN)):
        assert client.get(f"/app/vaelab/runs/{run}/frame").status_code == 404


def test_a_frame_can_be_fetched(client, runs):
    answer = client.get(f"/app/vaelab/runs/{SHIPPED}/frame")
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["cache-control"] == "no-store" and answer.headers["x-content-type-options"] == "nosniff"
    assert unpack(answer.content)[0]["run"] == SHIPPED
    show(runs, 5)
    assert unpack(client.get(f"/app/vaelab/runs/{LIVE_RUN}/frame").content)[0]["sequence"] == 5


def test_a_damaged_run_is_told_in_words(client, runs):
    (runs.shipped / SHIPPED / "run.json").write_bytes(b"{")
    answer = client.get(f"/app/vaelab/runs/{SHIPPED}/frame")
    assert answer.status_code == 404 and "run.json is not valid JSON" in answer.json()["message"]


# --- frames -------------------------------------------------------------------------------------------------------


def sequence_of(socket):
    return unpack(socket.receive_bytes())[0]["sequence"]


def test_the_newest_frame_wins(client, runs):
    show(runs, 1)
    with client.websocket_connect(url()) as socket:
        assert sequence_of(socket) == 1
        for sequence in range(2, 30):
            show(runs, sequence)
            time.sleep(0.005)
        socket.send_json({"ack": 1})
        assert sequence_of(socket) == 29
        socket.send_json({"ack": 29})
        show(runs, 30)
        assert sequence_of(socket) == 30


def test_nothing_is_sent_before_the_last_was_acknowledged(client, runs, monkeypatch):
    reads = []
    read = runs.newest
    monkeypatch.setattr(runs, "newest", lambda run: reads.append(run) or read(run))
    show(runs, 1)
    with client.websocket_connect(url()) as socket:
        assert sequence_of(socket) == 1
        for sequence in (2, 3, 4):
            show(runs, sequence)
            socket.send_json({"ack": 999})  # Not what it was sent.
            time.sleep(0.06)
        assert len(reads) == 1  # A viewer that does not follow costs no reading either.
        socket.send_json({"ack": 1})
        assert sequence_of(socket) == 4


def test_an_unchanged_run_is_not_sent_again(client, runs, monkeypatch):
    with client.websocket_connect(url(SHIPPED)) as socket:
        first = sequence_of(socket)
        socket.send_json({"ack": first})
        monkeypatch.setattr(runs, "newest", lambda run: pytest.fail("read again"))
        time.sleep(0.1)
        socket.send_json({"command": "pause"})
        time.sleep(0.1)


def test_many_viewers_share_one_reading(client, runs, monkeypatch):
    show(runs, 1)
    reads = []
    read = files.read
    monkeypatch.setattr(files, "read", lambda path, *rest: reads.append(path) or read(path, *rest))
    for _ in range(5):
        with client.websocket_connect(url()) as socket:
            assert sequence_of(socket) == 1
    assert len([path for path in reads if path.name == "frame.bin"]) == 1


def test_the_end_of_a_run_reaches_its_viewers(client, runs):
    show(runs, 1)
    with client.websocket_connect(url()) as socket:
        socket.send_json({"ack": sequence_of(socket)})
        write_status(runs.root / LIVE_RUN, {"state": "finished", "message": ""})
        header, arrays = unpack(socket.receive_bytes())
        assert header["state"] == "finished" and header["step"] == 30 and "codes" in arrays


def test_a_run_that_vanishes_ends_the_connection(client, runs):
    import shutil

    show(runs, 1)
    with client.websocket_connect(url()) as socket:
        socket.send_json({"ack": sequence_of(socket)})
        shutil.rmtree(runs.root / LIVE_RUN)
        with pytest.raises(WebSocketDisconnect) as gone:
            socket.receive_bytes()
        assert gone.value.code == 4404


def test_closing_leaves_nothing_behind(client, runs):
    before = threading.active_count()
    for _ in range(5):
        with client.websocket_connect(url(SHIPPED)) as socket:
            sequence_of(socket)  # Never acknowledged: the sender waits when the connection closes.
    wait_for(lambda: threading.active_count() <= before + 1, 10)


# --- messages -----------------------------------------------------------------------------------------------------


def close_code(client, send):
    with pytest.raises(WebSocketDisconnect) as closed:
        with client.websocket_connect(url()) as socket:
            send(socket)
            while True:
                socket.receive_bytes()
    assert closed.value.reason
    return closed.value.code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "1",
        "{}",
        '{"ack": 1, "command": "stop"}',
        '{"ack": "1"}',
        '{"ack": true}',
        '{"ack": 1.5}',
        '{"command": "delete"}',
        '{"command": ["stop"]}',
        '{"command": {}}',
        '{"knobs": {}}',
        '{"knobs": []}',
        '{"knobs": {"a": "1"}}',
        '{"knobs": {"a": true}}',
        '{"other": 1}',
        "[" * 4000,
        '{"ack": ' + "9" * 4087 + "}",
        '{"command": "' + "p" * 5000 + '"}',
        '{"command": "' + "ä" * 3000 + '"}',
    ],
)
def test_bad_messages_end_the_connection(client, text):
    assert close_code(client, lambda socket: socket.send_text(text)) == 4400
    if text.isascii():
        assert close_code(client, lambda socket: socket.send_bytes(text.encode())) == 4400


def test_too_many_messages_end_the_connection(client):
    def flood(socket):
        for _ in range(int(BURST * 2)):
            socket.send_json({"ack": 1})

    assert close_code(client, flood) == 4400


def test_commands_and_knobs_reach_the_control_file(client, runs):
    folder = runs.root / LIVE_RUN
    with client.websocket_connect(url()) as socket:
        socket.send_json({"command": "pause"})
        wait_for(lambda: read_control(folder).wanted == "pause", 5)
        socket.send_json({"command": "step"})
        socket.send_json({"command": "step"})
        wait_for(lambda: read_control(folder).steps == 2, 5)
        socket.send_json({"knobs": {BETA: 4}})
        wait_for(lambda: read_control(folder).knobs == {BETA: 4.0}, 5)
        socket.send_json({"knobs": {BETA: 1000}})  # Refused, but no reason to hang up.
        socket.send_json({"knobs": {"unknown": 1}})
        socket.send_json({"command": "resume"})
        wait_for(lambda: read_control(folder).wanted == "run", 5)
        socket.send_json({"command": "stop"})
        wait_for(lambda: read_control(folder).wanted == "stop", 5)
    assert read_control(folder).knobs == {BETA: 4.0} and read_control(folder).sequence == 6


def test_a_shipped_run_takes_no_commands(client, runs):
    with client.websocket_connect(url(SHIPPED)) as socket:
        first = sequence_of(socket)
        socket.send_json({"command": "stop"})
        socket.send_json({"knobs": {BETA: 4}})
        socket.send_json({"ack": first})
        time.sleep(0.1)
    assert sorted(path.name for path in (runs.shipped / SHIPPED).iterdir()) == [
        "metrics.jsonl",
        "recipe.json",
        "run.json",
        "step_00000030",
    ]


def test_wishes_of_many_threads_are_all_counted(runs):
    folder = runs.root / LIVE_RUN
    threads = [
        threading.Thread(target=lambda: [runs.command(LIVE_RUN, "step") for _ in range(25)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read_control(folder).steps == 100
    (folder / "live" / "control.json").write_text(json.dumps({"wanted": 1, "steps": "x"}))
    assert read_control(folder).wanted == "run"
    assert change_control(folder, lambda control: control).sequence == 1
    assert module.LOOK < 0.05
