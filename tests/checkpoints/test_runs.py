"""Runs are found by name and by nothing that leads elsewhere; their small files survive a kill."""

import json
import os

import pytest

from tests.checkpoints.helpers import RECIPE, save
from vaelab import checkpoints
from vaelab.checkpoints import (
    append_metrics,
    find_run,
    list_runs,
    read_metrics,
    read_status,
    sweep_of,
    verify,
    write_status,
)
from vaelab.errors import CheckpointError


@pytest.fixture
def roots(tmp_path, monkeypatch):
    """A folder of runs, a folder of shipped runs, and a run outside of both."""
    monkeypatch.setenv("VAELAB_CHECKPOINTS", str(tmp_path / "shipped"))
    for place, name in (("runs", "mine"), ("shipped", "mnist-vae-2d"), ("runs-sibling", "secret")):
        run = tmp_path / place / name
        checkpoints.create_run(run, RECIPE, title=name.title(), command="vaelab train vae", seed=1, created=place)
        save(run, 3)
    return tmp_path


def test_runs_are_found_by_name_and_by_path(roots):
    assert find_run("mine", roots / "runs") == roots / "runs" / "mine"
    assert find_run("mnist-vae-2d", roots / "runs") == roots / "shipped" / "mnist-vae-2d"
    assert find_run(str(roots / "runs" / "mine"), roots / "runs") == roots / "runs" / "mine"
    assert find_run(roots / "runs-sibling" / "secret", roots / "runs").name == "secret"  # A Path is the caller's word.


def test_an_unknown_run_is_told_with_those_that_exist(roots):
    with pytest.raises(CheckpointError, match="no run 'his'. Runs that exist: mine, mnist-vae-2d"):
        find_run("his", roots / "runs")


def test_a_run_is_created_once(roots):
    with pytest.raises(CheckpointError, match="holds a run already"):
        checkpoints.create_run(roots / "runs" / "mine", RECIPE, title="", command="", seed=0)


def test_the_list_is_newest_first_and_shows_damage(roots):
    runs = roots / "runs"
    for name, created in (("older", "2026-01-01"), ("newer", "2026-02-01")):
        checkpoints.create_run(runs / name, RECIPE, title=name, command="c", seed=0, created=created)
        save(runs / name, 1)
    (runs / "older" / "step_00000001" / "model.safetensors").write_bytes(b"")
    (runs / "newer" / "recipe.json").write_bytes(b"{")
    (runs / "not-a-run").mkdir()
    write_status(runs / "mine", {"state": "paused", "message": "by hand"})
    found = {run.name: run for run in list_runs(runs)}
    assert [run.name for run in list_runs(runs)] == ["mine", "older", "newer"]
    assert found["mine"].state == "paused" and found["mine"].step == 3 and found["mine"].metrics == {"loss": 15.5}
    assert found["mine"].title == "Mine" and found["mine"].command == "vaelab train vae"
    assert found["older"].state == "damaged" and found["newer"].state == "damaged"
    assert list_runs(roots / "nothing-here") == []


def test_verify_counts_or_names_what_is_damaged(roots):
    run = roots / "runs" / "mine"
    save(run, 9)
    assert verify(run).steps == (3, 9) and verify(run).files == 10
    file = run / "step_00000003" / "gallery.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(CheckpointError, match="step_00000003/gallery.safetensors was altered"):
        verify(run)


def test_verify_wants_a_step(tmp_path):
    run = checkpoints.create_run(tmp_path / "run", RECIPE, title="", command="", seed=0)
    with pytest.raises(CheckpointError, match="no complete step"):
        verify(run)


def test_promise_15_one_writer_at_a_time(tmp_path):
    with checkpoints.writer(tmp_path / "run"):
        with pytest.raises(CheckpointError, match="Another process is training run"):
            with checkpoints.writer(tmp_path / "run"):
                pass
    with checkpoints.writer(tmp_path / "run"):
        pass


def test_a_torn_metrics_line_costs_that_line_only(tmp_path):
    append_metrics(tmp_path, [{"step": 1, "loss": 3.0}, {"step": 2, "loss": 2.0}])
    with open(tmp_path / "metrics.jsonl", "ab") as file:
        file.write(b'{"step": 3, "lo')
    assert [row["step"] for row in read_metrics(tmp_path)] == [1, 2]
    append_metrics(tmp_path, [{"step": 4, "loss": 1.0}])
    assert [row["step"] for row in read_metrics(tmp_path)] == [1, 2, 4]
    with open(tmp_path / "metrics.jsonl", "ab") as file:
        file.write(b'null\n[1]\n{"loss": 1}\n\xff\n' + b"[" * 100_000 + b"\n")
    assert [row["step"] for row in read_metrics(tmp_path)] == [1, 2, 4]


def test_rows_of_a_resumed_run_replace_the_ones_that_were_lost(tmp_path):
    append_metrics(tmp_path, [{"step": step, "loss": 1.0} for step in (10, 20, 30, 40)])
    append_metrics(tmp_path, [{"step": step, "loss": 2.0} for step in (25, 35)])
    assert [(row["step"], row["loss"]) for row in read_metrics(tmp_path)] == [(10, 1), (20, 1), (25, 2), (35, 2)]
    assert [row["step"] for row in read_metrics(tmp_path, through=20)] == [10, 20]


def test_metrics_must_be_finite(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant|Out of range"):
        append_metrics(tmp_path, [{"step": 1, "loss": float("nan")}])


def test_a_status_is_replaced_as_a_whole(tmp_path):
    assert read_status(tmp_path) == {}
    for step in range(5):
        write_status(tmp_path, {"state": "training", "step": step}, durable=step % 2 == 0)
    assert read_status(tmp_path) == {"state": "training", "step": 4}
    assert os.listdir(tmp_path) == ["status.json"]
    (tmp_path / "status.json").write_text(json.dumps([1]))
    assert read_status(tmp_path) == {}


def test_shipped_runs_lie_next_to_the_package(monkeypatch):
    monkeypatch.delenv("VAELAB_CHECKPOINTS", raising=False)
    assert (checkpoints.shipped_root().parent / "vaelab" / "checkpoints" / "__init__.py").is_file()


def test_a_run_knows_those_that_are_trained_with_it(tmp_path):
    names = ["beta-1", "beta-2", "beta-3"]
    for name in names:
        checkpoints.create_run(tmp_path / name, RECIPE, title=name, command="", seed=0, sweep=names)
    assert [run.name for run in sweep_of(tmp_path / "beta-2")] == names
    save(tmp_path / "beta-2", 1)
    moved = checkpoints.export_run(tmp_path / "beta-2", tmp_path / "elsewhere" / "beta-2")
    assert sweep_of(moved) == [moved]  # The others are not there.
    alone = checkpoints.create_run(tmp_path / "alone", RECIPE, title="", command="", seed=0)
    assert sweep_of(alone) == [alone]
    (tmp_path / "beta-1" / "run.json").write_text('{"sweep": ["../beta-2", "beta-1"]}')
    assert sweep_of(tmp_path / "beta-1") == [tmp_path / "beta-1"]  # Names, not paths.
    (tmp_path / "beta-1" / "run.json").write_text("{")
    assert sweep_of(tmp_path / "beta-1") == [tmp_path / "beta-1"]
