"""11: no name from a visitor becomes a path; whatever is looked up lies in its root."""

import ast
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

import vaelab
from tests.live.helpers import stored_run, tiny
from vaelab.checkpoints import find_run, sweep_of
from vaelab.errors import CheckpointError, RecipeError, RunError
from vaelab.live.routes import routes
from vaelab.live.runs import Runs
from vaelab.recipe import from_json
from vaelab.spec import to_json
from vaelab.ui.explorer.assets import asset_routes, assets, version

# Few parts, so that they meet: a name that is a prefix of another, what means "up", what ends a text early.
PARTS = [
    "..", ".", "", "a", "mine", "runs", "runs-sibling", "shipped", "secret", "/", "\\", "%2e%2e", "%2f", "CON",
    "\0", "\n", "~", "mine.", "MINE", "//host/share", "C:", "explorer.js", "x" * 300,
]  # fmt: skip
NAMES = st.builds(str.join, st.sampled_from(["", "/", "\\", "%2f"]), st.lists(st.sampled_from(PARTS), max_size=6))
quick = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """Two roots with a run each, and a run in a folder whose name begins like a root's."""
    found = tmp_path_factory.mktemp("roots")
    for place in ("runs/mine", "shipped/shipped", "runs-sibling/secret", "secret"):
        stored_run(found / place)
    return found


@pytest.fixture(scope="module")
def runs(base):
    found = Runs(base / "runs", base / "shipped")
    yield found
    found.close()


@pytest.fixture(scope="module")
def browser_like(runs):
    with TestClient(Starlette(routes=[*routes(runs), *asset_routes("")]), base_url="http://localhost") as found:
        yield found


@quick
@given(name=NAMES)
@example(name="../runs-sibling/secret")
@example(name="mine/../../runs-sibling/secret")
def test_promise_11_a_name_of_a_run_stays_in_its_root(base, name):
    for text in (name, f"{base}/runs/{name}", f"runs/{name}"):
        try:
            found = find_run(text, base / "runs", base / "shipped")
        except CheckpointError:
            continue
        assert found.resolve() in (base / "runs" / "mine", base / "shipped" / "shipped")


@quick
@given(name=NAMES)
def test_promise_11_an_id_is_looked_up_and_no_path_at_all(base, runs, name):
    if runs.known(name):
        assert name in ("mine", "shipped")
    for ask in (runs.about, runs.status, runs.frame, runs.sweep, runs.resume):
        try:
            ask(name)
        except RunError:
            continue
        assert name in ("mine", "shipped")
    for change in (lambda: runs.command(name, "stop"), lambda: runs.knobs(name, {"training.learning_rate": 0.1})):
        with pytest.raises(RunError):  # What is not there cannot be told, and neither can what is trained already.
            change()


@quick
@given(name=NAMES)
@example(name="../../../../etc/passwd")
@example(name="..%2f..%2fassets.py")
def test_promise_11_addresses_of_files_and_frames_lead_nowhere_else(browser_like, name):
    for text in (quote(name, safe=""), quote(name, safe="/%")):
        answer = browser_like.get(f"/vaelab/runs/{text}/frame", follow_redirects=False)
        assert answer.status_code != 200 or answer.content.count(b'"title":"A title"') == 1, text
        answer = browser_like.get(f"/vaelab/static/{version()}/{text}", follow_redirects=False)
        assert answer.status_code != 200 or answer.content in assets().values(), text


@quick
@given(name=NAMES)
def test_promise_11_a_sweep_names_its_members_and_no_paths(base, name):
    (base / "runs" / "mine" / "run.json").write_bytes(b'{"sweep": [%s, "mine"]}' % _quoted(name))
    found = sweep_of(base / "runs" / "mine")
    assert {folder.parent for folder in found} == {base / "runs"} and {folder.name for folder in found} == {"mine"}


@quick
@given(name=NAMES)
def test_promise_11_data_is_chosen_from_a_list(name):
    with pytest.raises(RecipeError):
        from_json(to_json(tiny()) | {"data": {"kind": "Data", "name": name}})


def _quoted(text):
    import json

    return json.dumps(text).encode()


def test_promise_11_a_linked_run_is_not_found(base):
    link = base / "runs" / "linked"
    link.symlink_to(base / "runs-sibling" / "secret")
    try:
        with pytest.raises(CheckpointError):
            find_run("linked", base / "runs")
    finally:
        link.unlink()


# --- what the code says -------------------------------------------------------------------------------------------

ROOT = Path(vaelab.__file__).parent
# What visitors send arrives here; files are opened by the stores below, which are given ids.
FRONT = [*(ROOT / "ui").rglob("*.py"), *(ROOT / "live" / f"{name}.py" for name in ("routes", "messages", "origin"))]
OPENING = {
    "open", "Path", "PurePath", "read_bytes", "read_text", "write_bytes", "write_text", "unlink", "mkdir", "rmdir",
    "rmtree", "symlink_to", "iterdir", "glob", "rglob", "scandir", "listdir", "removedirs",
}  # fmt: skip
# Folders of the package itself, read under names that are written in the code.
STORES = {"ui/explorer/assets.py"}


@pytest.mark.parametrize("file", FRONT, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_promise_11_what_meets_visitors_opens_no_file(file):
    if file.relative_to(ROOT).as_posix() in STORES:
        pytest.skip("It reads its own folder.")
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            assert name not in OPENING, f"{file.name}:{node.lineno} calls {name}()"
