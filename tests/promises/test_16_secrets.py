"""16: visitors see no stack trace, no path and no secret: a number, under which the server's log says all."""

import ast
import json
import re
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

import vaelab
from tests.browser.app.serving import ROOT, AppServer
from tests.promises.faults import FAULTY, SECRET
from tests.promises.visitor import Visitor, request, watch

NUMBER = re.compile(r"tell whoever runs it the number ([0-9a-f]{8})")


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faulty")
    server = AppServer(folder, script="tests/promises/faulty_app.py", VAELAB_SPARE="0")
    yield server
    server.stop()


def assert_told(server, text, received):
    """The text has a number, under which the log has what happened; nothing of that was received."""
    (number,) = NUMBER.findall(text)
    log = server.log()
    assert number in log and SECRET in log[log.index(number) :] and "Traceback" in log[log.index(number) :]
    for word in (SECRET, "5ecre7", "RuntimeError", "Traceback", str(ROOT), "faulty_app", "site-packages"):
        assert word.encode() not in received, word


@pytest.mark.parametrize("page", ["dial", "compare"])
def test_promise_16_a_page_or_a_part_of_it_that_fails_says_a_number(faulty, page):
    with Visitor(faulty.address, page) as visitor:
        visitor.run()
        assert_told(faulty, "\n".join(visitor.texts()), visitor.received)
        assert not [element for element in visitor.deltas if element.WhichOneof("type") == "exception"]


def test_promise_16_a_button_that_fails_says_a_number_and_the_page_stays(faulty):
    with Visitor(faulty.address) as visitor:
        visitor.run()
        assert not visitor.texts() and visitor.explorers()
        visitor.press("Train this recipe")
        assert_told(faulty, "\n".join(visitor.texts()), visitor.received)
        visitor.run()
        assert not visitor.texts() and visitor.explorers()


def test_promise_16_a_route_that_fails_says_a_number(faulty):
    status, _, content = request(f"{faulty.address}/vaelab/runs/{FAULTY}/frame")
    assert status == 500
    assert_told(faulty, json.loads(content)["message"], content)


def test_promise_16_a_connection_that_fails_says_a_number(faulty):
    with watch(faulty.address, FAULTY) as socket, pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=30)
    assert closed.value.rcvd.code == 1011
    assert_told(faulty, closed.value.rcvd.reason, closed.value.rcvd.reason.encode())


@pytest.mark.parametrize("path", ["/vaelab/static/x/y.js", "/nothing/here", "/_stcore/nothing", "/media/nothing"])
def test_promise_16_what_is_not_there_names_no_path_of_the_server(faulty, path):
    status, headers, content = request(faulty.address + path)
    assert status in (200, 400, 404)  # Streamlit answers unknown addresses with its page.
    for word in (b"Traceback", b"site-packages", str(ROOT).encode(), b"/home/"):
        assert word not in content
    assert "python" not in str(headers).lower()


def test_promise_16_every_fragment_and_page_is_contained():
    """A fragment and a callback are run by Streamlit itself, outside of what contains the page."""
    for file in Path(vaelab.__file__).parent.joinpath("ui").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [ast.unparse(decorator) for decorator in getattr(node, "decorator_list", [])]
            if any(name.startswith("st.fragment") for name in names):
                assert any(name.startswith("contained(") for name in names), f"{file.name}: {node.name}"
