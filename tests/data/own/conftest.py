"""A folder for own data that begins empty."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def shelf(tmp_path, monkeypatch) -> Path:
    """Where own data go in a test."""
    monkeypatch.setenv("VAELAB_OWN_DATA", str(tmp_path / "own"))
    return tmp_path / "own"
