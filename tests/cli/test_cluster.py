"""A sweep in parts, and its parts on a Ray cluster of two nodes."""

import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from tests.cli.command import SMALL, call, refused
from vaelab.checkpoints import latest_step, load_step, read_status, steps

BETA = "objective.penalties.GaussianKL.weight"
SWEEP = ("sweep", "vae_2d", *SMALL, "--vary", f"{BETA}=0,1,2,4", "--name", "dial")


def parameters(run):
    return load_step(latest_step(run)).parameters


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    assert call(*SWEEP, "--runs", folder).exit_code == 0
    return folder


def same(folder, whole, names):
    for name in names:
        ours, theirs = parameters(folder / name), parameters(whole / name)
        assert all(np.allclose(ours[key], array, atol=2e-4) for key, array in theirs.items()), name


def test_the_parts_of_a_sweep_are_the_sweep(whole, tmp_path):
    for part, names in (("2/3", ["dial-02"]), ("1/3", ["dial-01", "dial-04"]), ("3/3", ["dial-03"])):
        before = {run.name for run in tmp_path.iterdir()}
        result = call(*SWEEP, "--runs", tmp_path, "--part", part)
        assert result.exit_code == 0, result.stderr
        assert sorted({run.name for run in tmp_path.iterdir()} - before) == names
        assert [line.split()[0] for line in result.stdout.splitlines()[1:]] == names
        same(tmp_path, whole, names)
    again = call(*SWEEP, "--runs", tmp_path)
    assert "0 of 4 runs to train" in again.stderr


@pytest.mark.parametrize("part", ["0/2", "3/2", "1", "a/b", "1/0", "5/5", "-1/2", ""])
def test_a_part_that_makes_no_sense_is_refused(part, tmp_path):
    assert "part" in refused(*SWEEP, "--runs", tmp_path, "--part", part)


def test_without_ray_the_sentence_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert "pip install 'vaelab[ray]'" in refused(*SWEEP, "--runs", tmp_path, "--ray", "auto")


@pytest.fixture(scope="module")
def cluster():
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    found = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    found.add_node(num_cpus=1)
    found.wait_for_nodes()
    yield found
    found.shutdown()


@pytest.mark.slow
def test_no_cluster_is_one_sentence(tmp_path):
    pytest.importorskip("ray")
    assert "no Ray cluster" in refused(*SWEEP, "--runs", tmp_path, "--ray", "127.0.0.1:1")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_cluster_trains_the_same_sweep_a_part_on_each_node(cluster, whole, tmp_path):
    result = _start(cluster, tmp_path)
    out, errors = result.communicate(timeout=300)
    assert result.returncode == 0, errors
    assert "2 parts on the cluster" in errors
    assert len(out.splitlines()) == 5
    same(tmp_path, whole, [f"dial-{index:02}" for index in range(1, 5)])
    assert len({read_status(run)["pid"] for run in tmp_path.iterdir()}) == 2


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_lost_node_costs_nothing_but_time(cluster, whole, tmp_path):
    node = cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    long = ("--epochs", "4000")
    result = _start(cluster, tmp_path, *long)
    _until(lambda: len(list(tmp_path.glob("*/step_*"))) >= 4)
    cluster.remove_node(node, allow_graceful=False)
    out, errors = result.communicate(timeout=400)
    assert result.returncode == 0, errors
    assert {read_status(run)["state"] for run in tmp_path.iterdir()} == {"finished"}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_ctrl_c_saves_on_all_nodes(cluster, tmp_path):
    result = _start(cluster, tmp_path, "--epochs", "100000")
    _until(lambda: len(list(tmp_path.glob("*/metrics.jsonl"))) == 4)
    result.send_signal(signal.SIGINT)
    out, errors = result.communicate(timeout=120)
    assert result.returncode == 130, errors
    assert re.search(r"Train on with:\n.* --ray ", out)
    assert all(steps(run) for run in tmp_path.iterdir())


def _start(cluster, folder, *options):
    command = [str(word) for word in (*SWEEP, "--runs", folder, "--ray", cluster.address, *options)]
    return subprocess.Popen(
        [sys.executable, "-m", "vaelab", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _until(condition, seconds=200):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
