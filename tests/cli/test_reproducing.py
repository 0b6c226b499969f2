"""`vaelab reproduce`: a quick look reaches what was recorded, results add up in one file, and Ctrl-C costs nothing."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.cli.command import call, refused
from vaelab.reproduction import REPRODUCTIONS

CHEAP = ("linear_ae", "vae", "vae_likelihood", pytest.param("deep_ae", marks=pytest.mark.slow))


@pytest.mark.parametrize("name", CHEAP)
def test_a_quick_look_reaches_what_was_recorded(name, tmp_path):
    result = call("reproduce", name, "--quick", "--json", "--record", tmp_path / "table.jsonl")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    expected = REPRODUCTIONS[name].expected
    assert expected
    for key, (value, tolerance) in expected.items():
        assert found["reached"][key] == pytest.approx(value, abs=tolerance), key
    again = call("reproduce", name, "--quick", "--record", tmp_path / "table.jsonl")
    assert again.exit_code == 0 and "recorded" in again.stdout
    lines = [json.loads(line) for line in (tmp_path / "table.jsonl").read_text().splitlines()]
    assert [line["reached"] for line in lines] == [found["reached"]] * 2  # Nothing was trained anew.
    assert lines[0]["command"] == f"vaelab reproduce {name} --quick"


def test_ctrl_c_saves_and_the_same_command_goes_on(tmp_path):
    command = [sys.executable, "-m", "vaelab", "reproduce", "linear_ae", "--quick"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert any(line.startswith("epoch") for line in process.stderr)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Go on with:\nvaelab reproduce linear_ae --quick" in output
    assert not os.path.exists("runs/reproductions.jsonl")
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and "squared_error" in done.stdout
    assert os.path.exists("runs/reproductions.jsonl")


def test_what_there_is_is_listed_with_its_source():
    listed = call("reproduce")
    assert listed.exit_code == 0
    entries = json.loads(call("reproduce", "--json").stdout)
    assert [entry["name"] for entry in entries] == list(REPRODUCTIONS)
    for entry in REPRODUCTIONS.values():
        assert entry.protocol in listed.stdout
        assert all(figure.source for figure in entry.figures if figure.published is not None)


def test_an_unknown_name_is_refused_with_those_that_exist():
    assert "choose one of linear_ae, deep_ae" in refused("reproduce", "gan")


def test_results_become_a_table_and_what_is_no_result_is_refused(tmp_path):
    record = tmp_path / "table.jsonl"
    line = {"name": "linear_ae", "quick": False, "seed": 0, "reached": {"squared_error": 14.0}, "seconds": 60.0}
    rows = [line | {"command": "vaelab reproduce linear_ae"}]
    rows.insert(0, rows[0] | {"reached": {"squared_error": 99.0}})  # The same seed again: the newest counts.
    rows += [rows[1] | {"seed": 1, "reached": {"squared_error": 14.2}}, rows[1] | {"quick": True}]
    record.write_text("".join(json.dumps(row) + "\n" for row in rows))
    printed = call("reproduce", "--table", record)
    assert printed.exit_code == 0
    assert "| Squared error per test image, 30 numbers | 14.1 | 13.87 |" in printed.stdout
    assert "| 0, 1 | 2 | `vaelab reproduce linear_ae` |" in printed.stdout
    record.write_text("{}\n")
    assert "Line 1 of" in refused("reproduce", "--table", record)
    assert "There are no results" in refused("reproduce", "--table", tmp_path / "none.jsonl")
