"""Who may see and delete what belongs to others: whoever sits at the machine, and nobody else unless it is said."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.data.own.making import pictures, zipped
from vaelab.data.own.planning import plan
from vaelab.data.own.storing import store
from vaelab.ui import server


def serving(monkeypatch, hosts, told):
    option = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: hosts if name == "server.allowedHosts" else option(name))
    monkeypatch.setenv("VAELAB_TRUST_VISITORS", told)


@pytest.mark.parametrize(
    ("hosts", "told", "trusted"),
    [
        (["localhost", "127.0.0.1", "[::1]"], "", True),
        (["localhost"], "", True),
        (["localhost", "lab.example.org"], "", False),
        (["*"], "", False),
        ([], "", False),  # Every host.
        (["lab.example.org"], "1", True),
        (["lab.example.org"], "0", False),
    ],
)
def test_visitors_of_other_machines_are_trusted_only_where_it_is_said(monkeypatch, hosts, told, trusted):
    serving(monkeypatch, hosts, told)
    assert server.visitors_are_trusted() is trusted


@pytest.mark.parametrize(("hosts", "trusted"), [(["localhost"], True), (["lab.example.org"], False)])
def test_own_data_of_others_are_renamed_and_deleted_by_the_trusted_only(monkeypatch, tmp_path, hosts, trusted):
    monkeypatch.setenv("VAELAB_OWN_DATA", str(tmp_path / "own"))
    serving(monkeypatch, hosts, "")
    store(plan([zipped(pictures(60))]), "Pets")
    test = AppTest.from_string("from vaelab.ui.pages import data\ndata.show()\n", default_timeout=60).run()
    assert not test.exception
    assert [button.label for button in test.button].count("Show") == 1
    assert bool([button for button in test.button if button.label == "Delete for good"]) is trusted
    assert ("only whoever runs the server" in test.caption[0].value) is not trusted
