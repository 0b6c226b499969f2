"""A browser as the server sees it, without the browser: Streamlit's protocol over a WebSocket, and the run routes."""

from __future__ import annotations

import http.client
import json
import time
from urllib.parse import urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

TIMEOUT = 60.0


def request(address, method="GET", body=None, **headers):
    """Status, headers and content of one HTTP request with exactly these headers."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT)
    try:
        connection.putrequest(method, f"{parts.path or '/'}?{parts.query}", skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def xsrf_cookie(address):
    """The cookie that a page gets with its first question, that for the server's health."""
    _, headers, _ = request(f"{address}/_stcore/health")
    pairs = headers.get("Set-Cookie", headers.get("set-cookie", "")).split(";")
    return next((pair.strip() for pair in pairs if pair.strip().startswith("_streamlit_xsrf=")), "")


class Visitor:
    """One open page."""

    def __init__(self, address, page="", **query):
        self.address, self.page, self.query = address, page, urlencode(query, doseq=True)
        self.received = b""  # Every byte that has come.
        self.deltas = []  # New elements of the last run of the script.
        self._widgets = {}
        self._cookie = xsrf_cookie(address)
        token = self._cookie.partition("=")[2]
        self._socket = connect(
            f"{address.replace('http', 'ws', 1)}/_stcore/stream",
            origin=address,
            subprotocols=["streamlit", token or "none"],
            additional_headers={"Cookie": self._cookie},
            max_size=None,
            open_timeout=TIMEOUT,
            legacy=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._socket.close()

    def drop(self):
        """Vanish without a word, as a phone in a tunnel does."""
        self._socket.socket.close()

    def run(self, fragment="", **widgets):
        """Have the script run, with triggers of widgets by their ids; returns the seconds until it was done."""
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_name = self.query, self.page
        if fragment:
            state.fragment_id = fragment
        for name, value in widgets.items():
            widget = state.widget_states.widgets.add(id=name)
            widget.trigger_value = value
        started = time.monotonic()
        self._socket.send(message.SerializeToString())
        self.deltas = []
        while True:
            content = self._socket.recv(timeout=TIMEOUT)
            self.received += content
            told = ForwardMsg.FromString(content)
            kind = told.WhichOneof("type")
            if kind == "delta" and told.delta.WhichOneof("type") == "new_element":
                self.deltas.append(told.delta.new_element)
            elif kind == "page_info_changed":
                self.query = told.page_info_changed.query_string
            elif kind == "script_finished" and told.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return time.monotonic() - started

    def press(self, label):
        """Press a button of the page as it was drawn last."""
        buttons = [element.button for element in self.deltas if element.WhichOneof("type") == "button"]
        return self.run(**{next(button.id for button in buttons if button.label == label): True})

    def explorers(self):
        """What the explorers of the page were given."""
        found = [element.bidi_component for element in self.deltas if element.WhichOneof("type") == "bidi_component"]
        return [json.loads(component.json) for component in found if component.json]

    def texts(self):
        """The sentences of boxes and toasts."""
        return [element.alert.body for element in self.deltas if element.WhichOneof("type") == "alert"]


def watch(address, run, **settings):
    """A connection to the frames of a run, as the explorer opens it."""
    return connect(
        f"{address.replace('http', 'ws', 1)}/vaelab/runs/{run}/frames", origin=address, max_size=None,
        open_timeout=TIMEOUT, **settings,
    )  # fmt: skip
