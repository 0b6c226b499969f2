"""Runs that nobody trains are shown from their files, without JAX."""

import subprocess
import sys

import numpy as np
import pytest

from tests.live.helpers import BETA, stored_run, tiny
from vaelab.checkpoints import create_run, save_step, steps
from vaelab.errors import CheckpointError
from vaelab.live.frames import unpack
from vaelab.live.stored import ROWS, history, stored_frame
from vaelab.nets.initializer import Initializer
from vaelab.spec import to_json


def test_a_stored_run_shows_its_newest_step(tmp_path):
    header, arrays = unpack(stored_frame(stored_run(tmp_path / "mnist-vae-2d"), {}))
    assert header["run"] == "mnist-vae-2d" and header["title"] == "A title" and header["command"] == "vaelab train"
    assert header["state"] == "trained" and header["step"] == 30 and header["steps"] == 55
    assert header["epoch"] == pytest.approx(30 / 11) and header["epochs"] == 5
    assert header["metrics"] == {"loss": 20.0}
    assert header["marks"] == [{"step": 12, "text": f"{BETA} 1 -> 4"}] and header["holes"]["share"] == 0.25
    assert header["history_columns"] == ["step", "loss", "reconstruction", "kl"]
    np.testing.assert_array_equal(arrays["history"][:, 0], [10, 20, 30])  # Not what was trained after the step.
    assert arrays["codes"].shape == (9, 2) and arrays["decoder/1/kernel"].dtype == np.float32
    assert "encoder/1/kernel" not in arrays and "originals" not in arrays


def test_a_run_without_steps_shows_what_it_will_start_from(tmp_path):
    run = create_run(tmp_path / "run", to_json(tiny()), title="t", command="c", seed=7)
    header, arrays = unpack(stored_frame(run, {"state": "queued", "message": "Two runs are first."}))
    assert header["state"] == "queued" and header["message"] == "Two runs are first." and header["step"] == 0
    assert header["history_columns"] == ["step"] and arrays["history"].shape == (0, 1)
    np.testing.assert_array_equal(arrays["tail/0/kernel"], Initializer(7)("tail/0/kernel", (2, 8)))


def test_a_damaged_step_gives_way_to_the_one_before(tmp_path):
    run = stored_run(tmp_path / "run")
    recipe = to_json(tiny())
    good = {name: array for name, array in unpack(stored_frame(run, {}))[1].items() if name == "none"}
    save_step(run, 40, recipe=recipe, parameters=good, metrics={}, command="c")
    header, _ = unpack(stored_frame(run, {}))
    assert header["step"] == 30 and "step_00000040/model.safetensors lacks" in header["message"]
    (steps(run)[0] / "manifest.json").write_text("{}")
    assert unpack(stored_frame(run, {}))[0]["step"] == 0


def test_a_run_without_a_recipe_is_told(tmp_path):
    run = stored_run(tmp_path / "run")
    (run / "recipe.json").unlink()
    with pytest.raises(CheckpointError, match="recipe.json is missing"):
        stored_frame(run, {})


def test_long_curves_are_thinned_and_keep_their_ends():
    rows = [{"step": step, "loss": 1.0 / step} for step in range(1, 5001)]
    table, columns = history(rows)
    assert columns == ["step", "loss"] and table.shape == (ROWS, 2) and table.dtype == np.float32
    assert table[0, 0] == 1 and table[-1, 0] == 5000 and (np.diff(table[:, 0]) > 0).all()


def test_a_gallery_opens_without_jax(tmp_path):
    run = stored_run(tmp_path / "run")
    code = (
        "import sys; from pathlib import Path; from vaelab.live.runs import Runs; import vaelab.live.routes;"
        f"runs = Runs(Path({str(tmp_path / 'none')!r}), Path({str(tmp_path)!r})); frame = runs.frame({run.name!r});"
        "assert len(frame) > 1000; runs.close();"
        "heavy = {'jax', 'flax', 'optax', 'sklearn', 'scipy', 'streamlit'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
