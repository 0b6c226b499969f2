"""What the container is made of, run as it would be: only the files that it copies, read-only, with its variables."""

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest

from tests.browser.app.serving import ROOT, AppServer
from tests.live.helpers import wait_for
from tests.promises.visitor import Visitor, request
from vaelab.live.limits import VARIABLES

yaml = pytest.importorskip("yaml")  # Comes with the tools of the tests.
LIMITS = {entry[0] for entry in VARIABLES.values()}


def instructions():
    """The lines of the Dockerfile, continued ones joined: (INSTRUCTION, rest)."""
    text = re.sub(r"\\\n\s*", " ", re.sub(r"(?m)^#.*\n", "", (ROOT / "Dockerfile").read_text()))
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line.strip()]


def variables():
    found = {}
    for name, rest in instructions():
        if name == "ENV":
            found |= dict(pair.split("=", 1) for pair in shlex.split(rest))
    return found


def copied():
    """Source -> target of every COPY, inside /app."""
    found = {}
    for name, rest in instructions():
        if name == "COPY":
            *sources, target = rest.split()
            for source in sources:
                found[source] = target if len(sources) == 1 and not target.endswith("/") and target != "./" else source
    return found


def test_the_image_has_what_it_needs_and_nothing_else():
    for source, target in copied().items():
        assert (ROOT / source).exists() and source.lstrip("./") == target.removeprefix("./").lstrip("."), source
    ignored = (ROOT / ".dockerignore").read_text().split("\n")
    assert "*" in ignored  # Nothing gets in but what is named.
    assert {line[1:] for line in ignored if line.startswith("!")} == set(copied())


def test_the_container_is_an_unprivileged_user_with_a_health_check():
    found = dict(instructions())
    assert found["FROM"] == "python:3.12-slim" and found["USER"] == "1000:1000" and found["VOLUME"] == '["/data"]'
    assert "_stcore/health" in found["HEALTHCHECK"] and found["CMD"] == '["streamlit", "run", "app.py"]'
    order = [name for name, _ in instructions()]
    assert order.index("USER") > max(index for index, name in enumerate(order) if name == "RUN")
    assert not [rest for name, rest in instructions() if name == "ADD" or "curl" in rest or "sudo" in rest]
    for name in ("VAELAB_RUNS_DIR", "VAELAB_OWN_DATA", "VAELAB_CACHE_DIR", "HOME"):
        assert variables()[name].startswith("/data")


def test_the_service_is_confined():
    (service,) = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"].values()
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"] and service["volumes"] == ["vaelab:/data"]
    assert service["ports"] == ["127.0.0.1:8501:8501"]
    assert {"mem_limit", "cpus", "pids_limit", "init"} <= service.keys() and "privileged" not in service
    assert set(service["environment"]) <= {*LIMITS, "STREAMLIT_SERVER_ALLOWED_HOSTS"}
    assert service["environment"]["STREAMLIT_SERVER_ALLOWED_HOSTS"].split() == ["localhost", "127.0.0.1"]


def test_the_deploy_page_lists_every_limit_with_its_values():
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["vaelab"]["environment"]
    rows = re.findall(r"\| `(VAELAB_\w+)` \| ([^|]+) \| ([^|]+) \|", (ROOT / "DEPLOY.md").read_text())
    found = {name: (default, composed) for name, default, composed in rows if name in LIMITS}
    assert set(found) == LIMITS
    for variable, default, *_ in VARIABLES.values():
        assert found[variable][0] == (str(default) if default else "3/4 of the machine")
        assert found[variable][1] == service.get(variable, str(default))


@pytest.fixture
def container(tmp_path):
    """The files of the image, which nobody may write, and an empty volume."""
    root, data = tmp_path / "app", tmp_path / "data"
    root.mkdir()
    data.mkdir(mode=0o700)
    for source in copied():
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, root / source, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, root / source)
    for path in (root, *root.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield root, data
    for path in (root, *root.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)


@pytest.mark.skipif(sys.platform != "linux", reason="capabilities of Linux")
def test_the_image_runs_with_a_root_that_cannot_be_written(container):
    root, data = container
    # Root may write anywhere unless it gives that up, as a container that drops all capabilities does.
    drop = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"] if os.getuid() == 0 else []
    if drop and not shutil.which("setpriv"):
        pytest.skip("Root would not notice that it may not write.")
    inside = {name: value.replace("/data", str(data)) for name, value in variables().items()}
    inside |= {"STREAMLIT_SERVER_ALLOWED_HOSTS": "play.example.org localhost 127.0.0.1", "PYTHONPATH": str(root)}
    server = AppServer(data, folder=root, before=drop, VAELAB_SPARE="0", VAELAB_DATA_DIR="", **inside)
    try:
        check = dict(instructions())["HEALTHCHECK"].partition("CMD ")[2]
        program = ast.literal_eval(check)[2].replace("8501", str(server.port))
        subprocess.run([sys.executable, "-c", program], check=True, env={**os.environ, **inside})
        assert request(f"{server.address}/_stcore/health")[0] == 200
        small = ["backbone.hidden=16", "training.epochs=30"]
        with Visitor(server.address, data="digits", preset="vae_2d", set=small) as one:
            one.run()
            one.press("Train this recipe")
            run = wait_for(lambda: (one.run(), one.explorers()[0]["runs"][0])[1], 30)
        assert (data / "runs" / run).is_dir()
        wait_for(lambda: server.status(run)["state"] == "finished", 120)
        assert {path.name for path in data.iterdir()} <= {"runs", "cache", "own", "server.log", ".streamlit"}
    finally:
        server.stop()
