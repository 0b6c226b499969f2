"""The table of promises names tests that are there, and every promise has a row."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = re.findall(r"(?m)^\| (\d+) \| (.+?) \| (.+?) \| ?(.*?) ?\|$", (ROOT / "SECURITY.md").read_text())
PROMISES = 20


def names() -> set[str]:
    """Every test function of the project."""
    found = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef):
                found.add(node.name)
    return found


def test_every_promise_has_its_row():
    assert [int(number) for number, *_ in ROWS] == list(range(1, PROMISES + 1))


@pytest.mark.parametrize("row", ROWS, ids=[f"promise {row[0]}" for row in ROWS])
def test_every_test_of_the_table_exists(row):
    number, promise, tests, figure = row
    wanted = re.findall(r"`(test_promise_\w+|test_promise_\d\d_\.\.\.)`", tests)
    assert wanted and promise.endswith(".")
    present = names()
    for name in wanted:
        assert name.startswith(f"test_promise_{int(number):02}_")
        if name.endswith("..."):
            if not any(other.startswith(name[:-3]) for other in present):
                pytest.xfail(f"Nobody has written a test of promise {number} yet.")
        else:
            assert name in present and figure
