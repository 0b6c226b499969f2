"""What is saved comes back exactly, whatever its layout, and what cannot be kept is refused in words."""

import os
import stat

import numpy as np
import pytest

from tests.checkpoints.helpers import RECIPE, parameters, save
from vaelab.checkpoints import latest_step, load_step, read_manifest, steps
from vaelab.errors import CheckpointError


def test_a_step_comes_back_whole(tmp_path):
    folder = save(tmp_path / "run", 7)
    step = load_step(folder, expected={name: (a.shape, "float32") for name, a in parameters().items()})
    assert folder.name == "step_00000007" and step.step == 7 and step.recipe == RECIPE
    for name, array in parameters(7).items():
        np.testing.assert_array_equal(step.parameters[name], array)
        step.parameters[name] += 1  # Owned by the caller, not a window on the file's bytes.
    assert step.training["step"].shape == () and step.training["step"] == 7
    assert step.gallery["labels"].dtype == np.uint8
    assert step.view == {"marks": []} and step.metrics == {"loss": 19.5}
    assert step.command == "vaelab train vae --data digits"
    assert set(step.manifest["versions"]) >= {"numpy", "safetensors"}


def test_optional_files_are_optional(tmp_path):
    step = load_step(save(tmp_path / "run", 1, training=None, gallery=None, view=None))
    assert step.training is None and step.gallery is None and step.view is None
    assert sorted(path.name for path in step.folder.iterdir()) == ["manifest.json", "model.safetensors", "recipe.json"]


def test_a_metric_that_is_not_finite_becomes_null(tmp_path):
    metrics = {"loss": float("nan"), "kl": None, "l1": np.float32(2)}
    assert load_step(save(tmp_path / "run", 1, metrics=metrics)).metrics == {"loss": None, "kl": None, "l1": 2.0}


def test_the_last_three_steps_are_kept(tmp_path):
    for step in (5, 10, 100, 20):
        save(tmp_path / "run", step)
    assert [path.name for path in steps(tmp_path / "run")] == ["step_00000010", "step_00000020", "step_00000100"]
    assert latest_step(tmp_path / "run").name == "step_00000100"
    assert not [path for path in (tmp_path / "run").iterdir() if path.name.startswith(".")]


def test_files_are_closed_to_strangers_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        folder = save(tmp_path / "run", 1)
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o640}
    assert stat.S_IMODE(folder.stat().st_mode) & 0o007 == 0


def test_a_step_is_written_once(tmp_path):
    run = tmp_path / "run"
    first = save(run, 3)
    before = (first / "manifest.json").stat().st_mtime_ns
    assert save(run, 3) == first and (first / "manifest.json").stat().st_mtime_ns == before
    with pytest.raises(CheckpointError, match="other content"):
        save(run, 3, parameters=parameters(99))
    (first / "model.safetensors").write_bytes(b"damaged")
    np.testing.assert_array_equal(load_step(save(run, 3)).parameters["decoder/0/bias"], np.full(40, 3))


def test_promise_01_leftovers_of_dead_writers_go_and_those_of_living_ones_stay(tmp_path):
    run = tmp_path / "run"
    dead, alive = run / ".tmp-00000001-4194304999", run / f".tmp-00000001-{os.getppid()}"
    for folder in (dead, alive):
        folder.mkdir(parents=True)
    save(run, 1)
    assert not dead.exists() and alive.exists()


def test_promise_01_the_latest_step_passes_over_what_is_incomplete(tmp_path):
    run = tmp_path / "run"
    save(run, 1)
    save(run, 2)
    (save(run, 3) / "manifest.json").unlink()
    content = (run / "step_00000002" / "model.safetensors").read_bytes()
    (run / "step_00000002" / "model.safetensors").write_bytes(content[:-1])
    assert latest_step(run).name == "step_00000001"
    assert read_manifest(latest_step(run))["step"] == 1
