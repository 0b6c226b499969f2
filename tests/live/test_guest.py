"""Share links: unguessable, for looking only, withdrawn at once, alive after a restart."""

import secrets
import shutil

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from tests.live.web import LIVE_RUN, SHIPPED, sequence_of, show
from vaelab.checkpoints import create_share, read_status, revoke_share, shares_of
from vaelab.errors import RunError
from vaelab.live import guest as guests_module
from vaelab.live.control import read_control
from vaelab.live.frames import unpack
from vaelab.live.guest import NOTHING, TOO_OFTEN, Guests
from vaelab.live.keeping import Keeping
from vaelab.live.routes import routes
from vaelab.live.runs import Runs

COMMANDS = [{"command": name} for name in ("pause", "resume", "step", "stop")]


def shared(token, end="frame"):
    return f"/app/vaelab/shared/{token}/{end}"


def web(runs):
    app = Starlette(routes=routes(runs, base="app", allowed_hosts=["localhost"]))
    return TestClient(app, base_url="http://localhost:8501", headers={"origin": "http://localhost:8501"})


def test_promise_19_no_guess_finds_a_share(served, monkeypatch):
    token = create_share(served.root / LIVE_RUN)
    assert len(token) * 4 >= 128 and token not in (served.root / LIVE_RUN / "shares.json").read_text()
    guests = Guests(served)
    monkeypatch.setattr(guests_module, "TRIES", float("inf"))  # The limit would end this after twenty.
    guesses = [secrets.token_hex(24) for _ in range(9_000)]
    for place in range(1000):  # And those that are nearly right.
        digit = format(int(token[place % 48], 16) ^ (1 + place % 15), "x")
        guesses.append(token[: place % 48] + digit + token[place % 48 + 1 :])
    assert not any(map(guests.guest("a").known, guesses))
    assert guests.guest("a").known(token)


@pytest.mark.parametrize("token", ["", LIVE_RUN, SHIPPED, "0" * 48, "../" + LIVE_RUN, "é" * 48, "0" * 5000])
def test_promise_19_whatever_is_no_share_is_not_found_in_the_same_words(served, client, token):
    create_share(served.root / LIVE_RUN)
    with pytest.raises(RunError, match="There is nothing at this link"):
        Guests(served).guest("a").title(token)
    if token.isascii() and token.isalnum() and len(token) < 64:
        answer = client.get(shared(token))
        assert (answer.status_code, answer.json()["message"]) == (404, NOTHING)


def test_promise_19_a_share_shows_the_run_without_its_id(served, client):
    token = create_share(served.root / LIVE_RUN)
    show(served, 7)
    answer = client.get(shared(token))
    header, arrays = unpack(answer.content)
    assert answer.status_code == 200 and header["run"] == token and header["sequence"] == 7 and "x" in arrays
    assert LIVE_RUN.encode() not in answer.content
    (served.root / LIVE_RUN / "live" / "frame.bin").unlink()
    assert LIVE_RUN.encode() not in client.get(shared(token)).content


def test_promise_19_a_share_commands_nothing(served, client):
    token = create_share(served.root / LIVE_RUN)
    show(served, 1)
    before = read_control(served.root / LIVE_RUN), read_status(served.root / LIVE_RUN)
    with client.websocket_connect(shared(token, "frames").replace("/app", "ws://localhost:8501/app")) as socket:
        assert sequence_of(socket) == 1
        for message in [*COMMANDS, {"knobs": {"training.learning_rate": 0.1}}]:
            socket.send_json(message)
            assert "for looking" in socket.receive_json()["refused"]
    assert (read_control(served.root / LIVE_RUN), read_status(served.root / LIVE_RUN)) == before
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(shared(token)).status_code == 405


def test_promise_19_a_withdrawn_share_shows_its_viewers_out(served, client):
    run = served.root / LIVE_RUN
    token, other = create_share(run), create_share(run)
    show(served, 1)
    with client.websocket_connect(shared(token, "frames").replace("/app", "ws://localhost:8501/app")) as socket:
        socket.send_json({"ack": sequence_of(socket)})
        revoke_share(run, shares_of(run)[0].name)
        with pytest.raises(WebSocketDisconnect) as gone:
            socket.receive_bytes()
        assert gone.value.code == 4404 and gone.value.reason in NOTHING
    assert client.get(shared(token)).json()["message"] == NOTHING
    assert client.get(shared(other)).status_code == 200


def test_promise_19_a_share_survives_the_server_and_goes_with_the_run(served):
    served.close()
    token = create_share(served.root / LIVE_RUN)
    (served.root / LIVE_RUN / "status.json").unlink()
    again = Runs(served.root, served.shipped)
    try:
        with web(again) as client:
            assert client.get(shared(token)).status_code == 200
        keeping = Keeping(again)
        keeping.remove(LIVE_RUN)
        with web(again) as client:
            assert client.get(shared(token)).json()["message"] == NOTHING
            keeping.restore(LIVE_RUN)
            assert client.get(shared(token)).status_code == 200
        shutil.rmtree(served.root / LIVE_RUN)
        with web(again) as client:
            assert client.get(shared(token)).json()["message"] == NOTHING
    finally:
        again.close()


def test_promise_19_tries_are_few_and_good_links_are_not_counted(served, monkeypatch):
    guests = Guests(served)
    token = create_share(served.root / LIVE_RUN)
    now = [100.0]
    monkeypatch.setattr(guests_module.time, "monotonic", lambda: now[0])
    said = []
    for _ in range(30):
        with pytest.raises(RunError) as refused:
            guests.guest("one").title(secrets.token_hex(24))
        said.append(str(refused.value))
    assert said == [NOTHING] * 20 + [TOO_OFTEN] * 10
    assert guests.guest("two").title(token) == "A title"
    now[0] += 6
    with pytest.raises(RunError, match="There is nothing"):
        guests.guest("one").title("0" * 48)
    for _ in range(100):
        now[0] += 1
        assert guests.guest("two").title(token)


def test_a_shipped_run_is_not_shared(served):
    with pytest.raises(RunError, match="shipped"):
        Keeping(served).share(SHIPPED)
