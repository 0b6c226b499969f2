"""Runs of a few steps, trained once through the command line itself."""

from pathlib import Path

import pytest

from tests.cli.command import SMALL, call


@pytest.fixture(scope="session")
def runs(tmp_path_factory) -> Path:
    """A folder of runs that tests look into but do not change."""
    folder = tmp_path_factory.mktemp("runs")
    assert call("train", "vae_2d", *SMALL, "--name", "vae", "--runs", folder).exit_code == 0
    assert call("train", "ae", *SMALL, "--set", "bottleneck.size=3", "--name", "ae", "--runs", folder).exit_code == 0
    return folder


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Nothing is read from or written to the folder that the tests were called in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VAELAB_CHECKPOINTS", str(tmp_path / "shipped"))
    monkeypatch.delenv("VAELAB_RUNS_DIR", raising=False)
