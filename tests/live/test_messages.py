"""What viewers may say, and what comes of it."""

import subprocess
import sys
import threading
import time

import pytest
from starlette.websockets import WebSocketDisconnect

from tests.live.helpers import BETA, wait_for
from tests.live.web import LIVE_RUN, SHIPPED, sequence_of, url
from vaelab.live.control import Control, change_control, read_control
from vaelab.live.messages import BURST


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
        '{"ack": 1' + " " * 4096 + "}",
    ],
)
def test_promise_17_bad_messages_end_the_connection(client, text):
    assert close_code(client, lambda socket: socket.send_text(text)) == 4400
    if text.isascii():
        assert close_code(client, lambda socket: socket.send_bytes(text.encode())) == 4400


def test_promise_17_too_many_messages_end_the_connection(client):
    def flood(socket):
        for _ in range(int(BURST * 2)):
            socket.send_json({"ack": 1})

    assert close_code(client, flood) == 4400


def test_commands_and_knobs_reach_the_control_file(client, served):
    folder = served.root / LIVE_RUN
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


def test_a_shipped_run_takes_no_commands(client, served):
    with client.websocket_connect(url(SHIPPED)) as socket:
        first = sequence_of(socket)
        socket.send_json({"command": "stop"})
        socket.send_json({"knobs": {BETA: 4}})
        socket.send_json({"ack": first})
        time.sleep(0.1)
    assert sorted(path.name for path in (served.shipped / SHIPPED).iterdir()) == [
        "metrics.jsonl",
        "recipe.json",
        "run.json",
        "step_00000030",
    ]


def test_wishes_of_many_threads_and_processes_are_all_counted(tmp_path):
    code = "import sys, pathlib; from tests.live.test_messages import wish; wish(pathlib.Path(sys.argv[1]), 50)"
    others = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(2)]
    threads = [threading.Thread(target=wish, args=(tmp_path, 50)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [other.wait(60) for other in others] == [0, 0]
    assert read_control(tmp_path).steps == read_control(tmp_path).sequence == 300


def wish(folder, times):
    for _ in range(times):
        change_control(folder, lambda control: control._replace(steps=control.steps + 1))


def test_a_control_file_that_makes_no_sense_is_no_wish(tmp_path):
    for content in ("", "{", "[]", '{"wanted": 1, "steps": "x"}', '{"knobs": []}', '{"sequence": "1"}'):
        (tmp_path / "live").mkdir(exist_ok=True)
        (tmp_path / "live" / "control.json").write_text(content)
        assert read_control(tmp_path) == Control()
