"""The README's snippets run, and its table of ingredients is the code's."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from vaelab.bottlenecks import Bottleneck
from vaelab.data import names
from vaelab.data.corruptions import Corruption
from vaelab.nets import Backbone
from vaelab.objectives import Likelihood, Objective, Penalty
from vaelab.presets import PRESETS
from vaelab.spec import choices

README = Path(__file__).parents[1].joinpath("README.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_python_snippet_runs(monkeypatch, capsys):
    (snippet,) = blocks("python")
    names: dict = {}
    exec(compile(snippet, "README.md", "exec"), names)  # noqa: S102 - it is the project's own text.
    assert names["images"].shape == (16, 8, 8, 1)
    assert "reconstruction" in capsys.readouterr().out


def test_the_command_lines_run_in_their_order(tmp_path):
    lines = [line.split(" #")[0].strip() for line in blocks("bash")[1].splitlines()]
    commands = [shlex.split(line) for line in lines if line]
    assert len(commands) == 13
    environment = {**os.environ, "VAELAB_RUNS_DIR": str(tmp_path / "runs"), "VAELAB_COMPILATION_CACHE": "0"}
    for command in commands:
        assert command[0] == "vaelab"
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=200
        )
        assert done.returncode == 0, (command, done.stderr)
    assert {"samples.png", "walk.gif", "again.py"} <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("axis", [Backbone, Bottleneck, Corruption, Likelihood, Penalty, Objective])
def test_every_choice_is_in_the_table(axis):
    for kind in choices(axis):
        assert f"`{kind.__name__}`" in README


def test_every_data_set_is_in_the_table():
    for name in names():
        assert f"`{name}`" in README


def test_every_preset_names_its_paper_and_its_figure():
    for preset in PRESETS.values():
        assert preset.title and preset.figure
        assert re.search(r"\b(19|20)\d\d\b", preset.paper), preset.name


def test_the_project_speaks_of_itself_alone():
    root = Path(__file__).parents[1]
    texts = [
        path.read_text(errors="ignore")
        for pattern in ("*.md", "*.toml", "vaelab/**/*.py", "vaelab/**/*.js", ".streamlit/*")
        for path in root.glob(pattern)
    ]
    assert not [text[:80] for text in texts if re.search(r"/work/|/root/|/home/\w", text)]


def test_the_table_of_reproductions_is_what_was_recorded():
    from vaelab.reproduction.table import markdown, read

    record = Path(__file__).parents[1] / "checkpoints" / "reproductions.jsonl"
    assert markdown(read(record)) in README
