"""Lists, versions and verification; and what happens when the reader goes away."""

import json
import shutil
import subprocess
import sys
from importlib.metadata import version

import pytest

from tests.cli.command import call, refused
from vaelab.checkpoints import latest_step
from vaelab.presets import PRESETS
from vaelab.recipe import from_json


def test_presets_as_json_say_name_paper_axes_and_figure():
    found = json.loads(call("presets", "--json").stdout)
    assert [entry["name"] for entry in found] == list(PRESETS)
    for entry in found:
        assert entry.keys() >= {"name", "paper", "axes", "figure"}
        assert entry["axes"].keys() >= {"data", "backbone", "bottleneck", "likelihood", "penalties", "corruption"}
        assert from_json(entry["recipe"]) == PRESETS[entry["name"]].recipe


def test_presets_for_people_name_each_of_them():
    text = call("presets").stdout
    assert all(f"{preset.title}\n" in text for preset in PRESETS.values())


def test_runs_are_listed_with_the_shipped_ones(runs, tmp_path):
    shutil.copytree(runs / "vae", tmp_path / "shipped" / "with-us")
    found = {run["name"]: run for run in json.loads(call("runs", "--json", "--runs", runs).stdout)}
    assert found.keys() == {"vae", "ae", "with-us"}
    assert found["vae"]["state"] == "finished"
    assert (found["vae"]["step"], found["vae"]["data"]) == (22, "digits")
    assert found["vae"]["when"].startswith("2")
    assert found["with-us"]["shipped"] and not found["vae"]["shipped"]
    assert "with-us" in call("runs", "--runs", runs).stdout


def test_a_shipped_run_is_found_by_name(runs, tmp_path):
    shutil.copytree(runs / "vae", tmp_path / "shipped" / "with-us")
    assert call("verify", "with-us").exit_code == 0


def test_without_runs_the_way_to_one_is_shown():
    result = call("runs")
    assert result.exit_code == 0
    assert "vaelab train" in result.stderr


def test_verification_notices_one_changed_byte(runs, tmp_path):
    assert "is intact: step 22" in call("verify", runs / "vae").stdout
    run = shutil.copytree(runs / "vae", tmp_path / "altered")
    file = latest_step(run) / "model.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    for command in (["verify", run], ["evaluate", run], ["sample", run, "-o", "x.png"]):
        assert "model.safetensors was altered" in refused(*command)
    assert "model.safetensors was altered" in refused(
        "train", "vae_2d", "--set", "backbone.hidden=16", "--runs", tmp_path, "--name", "altered", "--epochs", 3
    )


def test_an_exported_run_can_be_looked_at_but_not_trained_on(runs, tmp_path):
    assert call("export", runs / "vae", tmp_path / "copy").exit_code == 0
    assert call("verify", tmp_path / "copy").exit_code == 0
    assert call("sample", tmp_path / "copy", "-o", "x.png").exit_code == 0
    assert "no state of training" in refused(
        "train", "vae_2d", "--set", "backbone.hidden=16", "--runs", tmp_path, "--name", "copy", "--epochs", 3
    )
    assert "holds a run already" in refused("export", runs / "vae", tmp_path / "copy")


def test_the_version_is_that_of_the_package():
    assert call("--version").stdout == f"vaelab {version('vaelab')}\n"


@pytest.mark.parametrize("arguments", [["--no-such-option"], ["trian"], ["sample", "vae"], ["runs", "extra"]])
def test_misuse_exits_with_2(arguments):
    assert call(*arguments).exit_code == 2


def test_a_reader_who_goes_away_is_told_of_in_a_sentence():
    process = subprocess.Popen(
        [sys.executable, "-m", "vaelab", "presets", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    assert process.stdout and process.stderr
    process.stdout.close()
    error = process.stderr.read()
    assert process.wait() == 2
    assert error == "The output was closed before all of it was written.\n"
