"""Runs as released versions wrote them load for ever, and can be trained on.

Each folder of `fixtures` is one format, made once by that version with
`vaelab train vae_2d --data digits --epochs 1 --set backbone.hidden=4 --set data.examples=200 --name format-1`.
A new format adds a folder; none is ever made again.
"""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.cli.command import call
from vaelab.checkpoints import about_run, latest_step, load_step, read_metrics, read_status, recipe_of, verify
from vaelab.checkpoints.manifest import FORMAT
from vaelab.live.describe import expected_parameters
from vaelab.live.frames import unpack
from vaelab.live.stored import stored_frame
from vaelab.recipe import from_json

FIXTURES = Path(__file__).parent / "fixtures"
# Format -> SHA-256 of every array by its name, in the order of the names.
RELEASED = {"format-1": "4c8ca514eb470ee543d34dfca09ab4de9921c65598277e05be2899ff9d1c4678"}


def fingerprint(step):
    digest = hashlib.sha256()
    for name, array in sorted((step.parameters | step.training).items()):
        digest.update(f"{name} {array.dtype} {array.shape}".encode() + array.tobytes())
    return digest.hexdigest()


def test_every_format_has_a_fixture():
    assert {folder.name for folder in FIXTURES.iterdir()} == set(RELEASED)
    assert f"format-{FORMAT}" in RELEASED


@pytest.mark.parametrize("name", RELEASED)
def test_promise_01_a_released_format_loads_for_ever(name):
    run = FIXTURES / name
    step = load_step(latest_step(run), expected_parameters(from_json(recipe_of(run))))
    assert fingerprint(step) == RELEASED[name] and step.step == 1
    assert about_run(run)["seed"] == 0 and about_run(run)["command"].startswith("vaelab train vae_2d")
    assert read_metrics(run)[-1]["step"] == 1 and read_status(run)["state"] == "finished"
    assert verify(run).files == 5
    header, arrays = unpack(stored_frame(run, read_status(run)))
    assert header["step"] == 1 and arrays["codes"].shape == (360, 2)


@pytest.mark.parametrize("name", RELEASED)
def test_promise_05_a_released_format_can_be_trained_on(tmp_path, name):
    shutil.copytree(FIXTURES / name, tmp_path / name)
    command = ("train", "vae_2d", "--data", "digits", "--set", "backbone.hidden=4", "--set", "data.examples=200")
    result = call(*command, "--epochs", 2, "--name", name, "--runs", tmp_path)
    assert result.exit_code == 0 and "Training on from step 1" in result.stderr
