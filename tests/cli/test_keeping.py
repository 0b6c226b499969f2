"""Runs that are renamed, noted, deleted, brought back, compared, shared and taken elsewhere, from the command line."""

import json
import shutil
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from tests.cli.command import call, refused
from vaelab.checkpoints import latest_step, list_runs, script_of
from vaelab.cli import app


@pytest.fixture
def mine(runs, tmp_path):
    """A folder of runs that may be changed."""
    return shutil.copytree(runs, tmp_path / "mine")


def done(*arguments, **environment):
    result = call(*arguments, **environment)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def listed(mine, *arguments):
    found = json.loads(done("runs", *arguments, "--json", "--runs", mine))
    return {run["name"]: run for run in found}


def test_a_run_is_renamed_and_noted(mine):
    assert "is called 'Small one' now" in done("rename", "vae", " Small  one", "--runs", mine)
    done("note", "vae", "blurred\nat the edges", "--runs", mine)
    found = listed(mine)["vae"]
    assert (found["title"], found["note"]) == ("Small one", "blurred\nat the edges")
    assert "Small one" in done("runs", "--runs", mine)
    assert "Nothing is noted" in done("note", "vae", "", "--runs", mine)
    assert "1 to 120 characters" in refused("rename", "vae", " ", "--runs", mine)


def test_a_list_can_be_narrowed(mine):
    assert listed(mine, "--find", "gaussiankl").keys() == {"vae"}
    assert listed(mine, "--state", "finished", "--data", "digits").keys() == {"vae", "ae"}
    assert listed(mine, "--data", "mnist") == {}
    assert "No run is like that" in call("runs", "--find", "nonsense", "--runs", mine).stderr


def test_a_deleted_run_comes_back(mine):
    asked = CliRunner().invoke(app, ["remove", "vae", "--runs", str(mine)], input="n\n")
    assert asked.exit_code == 2 and "Nothing was deleted." in asked.stderr and listed(mine).keys() == {"vae", "ae"}
    assert f"vaelab restore vae --runs {mine}" in done("remove", "vae", "--yes", "--runs", mine)
    assert listed(mine).keys() == {"ae"}
    assert "There is no run 'vae'" in refused("remove", "vae", "--yes", "--runs", mine)
    done("restore", "vae", "--runs", mine)
    assert listed(mine).keys() == {"vae", "ae"}
    assert "cannot be brought back" in refused("restore", "vae", "--runs", mine)


def test_a_run_that_comes_with_vaelab_stays_as_it_is(runs, tmp_path):
    shutil.copytree(runs / "vae", tmp_path / "shipped" / "with-us")
    for command, *rest in (["rename", "x"], ["note", "x"], ["remove", "--yes"], ["share"]):
        assert "stays as it is" in refused(command, "with-us", *rest)


def test_a_comparison_says_what_differs_and_what_was_reached(runs):
    text = done("compare", "vae", "ae", "--runs", runs)
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines()[1:]}
    assert rows["bottleneck"] == ["Gaussian", "Point"] and rows["bottleneck.size"] == ["2", "3"]
    assert rows["step"] == ["22", "22"] and "backbone.hidden" not in rows and len(rows["loss"]) == 2
    assert "two runs or more" in refused("compare", "vae", "--runs", runs)


def test_links_are_made_listed_and_withdrawn(mine):
    link = done("share", "vae", "--runs", mine).strip()
    assert link.startswith("/?share=") and len(link) == len("/?share=") + 48
    [name] = [line.split()[0] for line in done("share", "vae", "--list", "--runs", mine).splitlines()[1:]]
    done("share", "vae", "--revoke", name, "--runs", mine)
    assert "has no link" in refused("share", "vae", "--revoke", name, "--runs", mine)


def test_a_run_goes_to_another_machine_as_one_file(runs, tmp_path):
    file = tmp_path / "vae.vaelab.zip"
    assert "Exported to" in done("export", "vae", "-o", file, "--runs", runs)
    done("import", file, "--name", "copy", "--runs", tmp_path / "there")
    pictures = [tmp_path / "here.png", tmp_path / "there.png"]
    done("sample", "vae", "-o", pictures[0], "--n", 9, "--runs", runs)
    done("sample", "copy", "-o", pictures[1], "--n", 9, "--runs", tmp_path / "there")
    from PIL import Image

    one, two = (Image.open(path) for path in pictures)
    assert one.tobytes() == two.tobytes()
    assert "There is a run copy already" in refused("import", file, "--name", "copy", "--runs", tmp_path / "there")
    file.write_bytes(file.read_bytes()[:-100])
    assert "no plain zip" in refused("import", file, "--runs", tmp_path / "there")
    assert len(list_runs(tmp_path / "there")) == 1
    assert "Say where to" in refused("export", "vae", "--runs", runs)
    assert "Say where to" in refused("export", "vae", tmp_path / "x", "-o", file, "--runs", runs)


def test_a_script_trains_the_run_again_bit_for_bit(runs, tmp_path):
    script, target = tmp_path / "again.py", tmp_path / "again.safetensors"
    done("script", "vae", "-o", script, "--runs", runs)
    trained = subprocess.run([sys.executable, script, target], capture_output=True, text=True, timeout=120)
    assert trained.returncode == 0, trained.stderr
    newest = latest_step(runs / "vae")
    assert newest and target.read_bytes() == (newest / "model.safetensors").read_bytes()
    assert done("script", "vae", "--runs", runs).rstrip() == script.read_text().rstrip()


def test_a_script_of_a_run_that_was_stopped_ends_where_it_did(mine, tmp_path):
    about = json.loads((mine / "vae" / "run.json").read_text())
    about["title"] = 'A """title""" \\ {braces} \\N{nothing}'
    (mine / "vae" / "run.json").write_text(json.dumps(about))
    newest = latest_step(mine / "vae")
    assert newest
    text = script_of(mine / "vae").text
    compile(text, "script", "exec")
    short = text.replace("STEPS = 0, 22", "STEPS = 0, 13")
    assert short != text
    (tmp_path / "short.py").write_text(short)
    told = subprocess.run([sys.executable, "short.py", "s"], capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert told.returncode == 0 and "step 13," in told.stdout and "step 14" not in told.stdout


def test_knobs_that_were_turned_are_told(tmp_path):
    from tests.live.helpers import stored_run

    run = stored_run(tmp_path / "run")
    result = call("script", run)
    assert "Knobs were turned" in result.stderr and "step 12" in result.stdout and result.exit_code == 0
