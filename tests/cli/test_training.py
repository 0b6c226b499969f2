"""`vaelab train`: what is trained, where it goes, and that it goes on."""

import json
import shlex

import numpy as np
import pytest

from tests.cli.command import SMALL, arrays, call, refused
from vaelab.checkpoints import (
    about_run,
    latest_step,
    load_step,
    read_metrics,
    read_status,
    recipe_of,
    steps,
)
from vaelab.presets import preset
from vaelab.spec import to_json


def test_a_run_holds_all_that_is_known_of_it(runs):
    run = runs / "vae"
    about, status = about_run(run), read_status(run)
    assert shlex.split(about["command"])[:3] == ["vaelab", "train", "vae_2d"]
    assert str(runs) not in about["command"]
    assert (about["seed"], status["state"], status["step"], status["steps"]) == (0, "finished", 22, 22)
    rows = read_metrics(run)
    assert list(rows[-1]) == ["step", "loss", "reconstruction", "kl"]
    assert rows[-1]["step"] == 22
    assert rows[-1]["loss"] == pytest.approx(rows[-1]["reconstruction"] + rows[-1]["kl"], rel=1e-5)


def test_a_run_ends_with_a_gallery_and_without_images(runs):
    step = load_step(latest_step(runs / "vae"))
    assert {name: array.shape for name, array in step.gallery.items()} == {
        "codes": (360, 2), "labels": (360,), "information": (2,),
        "mixture_weights": (10,), "mixture_means": (10, 2), "mixture_factors": (10, 2, 2),
    }
    assert step.gallery["codes"].dtype == np.float32
    assert 0 <= step.view["holes"]["share"] <= 1
    assert step.metrics.keys() == {"loss", "reconstruction", "kl"}


def test_any_field_of_the_recipe_can_be_set(tmp_path):
    changes = [
        "bottleneck=Point", "objective.penalties=", "objective.likelihood=FixedGaussian",
        "objective.likelihood.scale=0.5", "data.binarization=none", "data.examples=200",
        "backbone.hidden=12,8", "training.learning_rate=0.01", "training.epochs=1",
    ]
    options = [word for change in changes for word in ("--set", change)]
    assert call("train", "vae", *options, "--runs", tmp_path, "--name", "set").exit_code == 0
    recipe = recipe_of(tmp_path / "set")
    assert recipe["bottleneck"]["kind"] == "Point"
    assert recipe["objective"]["penalties"] == []
    assert recipe["objective"]["likelihood"] == {"kind": "FixedGaussian", "scale": 0.5, "activation": "identity"}
    assert recipe["backbone"]["hidden"] == [12, 8]
    assert (recipe["data"]["examples"], recipe["training"]["learning_rate"]) == (200, 0.01)


def test_a_recipe_file_trains_like_its_preset(tmp_path, runs):
    recipe = to_json(preset("vae_2d").recipe)
    recipe["backbone"]["hidden"] = [16]
    (tmp_path / "mine.json").write_text(json.dumps(recipe))
    assert call("train", "mine.json", "--epochs", 2).exit_code == 0
    assert arrays(tmp_path / "runs" / "mine-digits-seed0") == arrays(runs / "vae")


def test_the_name_says_preset_data_and_seed(tmp_path):
    assert call("train", "vae_2d", *SMALL, "--seed", 3, VAELAB_RUNS_DIR=str(tmp_path / "mine")).exit_code == 0
    assert about_run(tmp_path / "mine" / "vae-2d-digits-seed3")["seed"] == 3


def test_a_finished_run_says_so_and_more_epochs_train_it_on(tmp_path, runs):
    command = ("train", "vae_2d", "--set", "backbone.hidden=16", "--name", "on")
    assert call(*command, "--epochs", 1).exit_code == 0
    again = call(*command, "--epochs", 1)
    assert again.exit_code == 0
    assert "step 11 already" in again.stdout
    assert call(*command, "--epochs", 2).exit_code == 0
    assert [folder.name for folder in steps(tmp_path / "runs" / "on")] == ["step_00000011", "step_00000022"]
    assert recipe_of(tmp_path / "runs" / "on")["training"]["epochs"] == 2
    # In two stretches or in one: the same bits.
    assert arrays(tmp_path / "runs" / "on") == arrays(runs / "vae")


def test_another_recipe_does_not_enter_a_run(runs):
    command = ("train", "vae_2d", *SMALL, "--name", "vae", "--runs", runs)
    before = arrays(runs / "vae")
    sentence = refused(*command, "--set", "objective.penalties.GaussianKL.weight=4", "--epochs", 5)
    assert "objective.penalties" in sentence
    assert "weight=4.0" in sentence
    assert "--name" in sentence
    assert "epochs" not in sentence
    assert "bottleneck (Gaussian" in refused(*command, "--set", "bottleneck=Point", "--set", "objective.penalties=")
    assert "seed (0 there, 1 here)" in refused(*command, "--seed", 1)
    assert arrays(runs / "vae") == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["vea"], "no preset 'vea'"),
        (["missing.json"], "missing.json cannot be read"),
        (["vae", "--data", "minst"], "must be one of digits"),
        (["vae", "--epochs", "0"], "epochs must be between 1"),
        (["vae", "--set", "backbone.hiden=3"], "no field 'hiden'"),
        (["vae", "--set", "backbon.hidden=3"], "Recipe has no field 'backbon'"),
        (["vae", "--set", "bottleneck.size=many"], "must be a whole number"),
        (["vae", "--set", "bottleneck.size"], "not of the form field=value"),
        (["vae", "--set", "bottleneck=Point"], "GaussianKL needs the bottleneck Gaussian"),
        (["vae", "--set", "data.binarization=none"], "0 or 1"),
        (["vae", "--name", "../vae"], "no name for a run"),
        (["vae", "--runs", "file"], "file"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_anything_is_made(tmp_path, arguments, words):
    (tmp_path / "file").write_text("")
    assert words in refused("train", *arguments)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"kind": "Recipe", "bottlenck": {}}', "NaN", "[" * 5000])
def test_a_file_that_is_no_recipe_is_refused(tmp_path, content):
    (tmp_path / "bad.json").write_text(content)
    refused("train", "bad.json")


def test_a_run_that_another_process_trains_is_left_alone(runs):
    from vaelab.checkpoints import writer

    with writer(runs / "vae"):
        assert "right now" in refused(
            "train", "vae_2d", *SMALL, "--name", "vae", "--runs", runs, "--epochs", 3
        )


def test_a_full_disk_fails_the_run_in_a_sentence(tmp_path, monkeypatch):
    from vaelab import checkpoints
    from vaelab.errors import CheckpointError

    def full(*_, **__):
        raise CheckpointError("Step 22 could not be saved.")

    monkeypatch.setattr(checkpoints, "save_step", full)
    result = call("train", "vae_2d", *SMALL, "--name", "full")
    assert result.exit_code == 2
    assert result.stderr.endswith("\nStep 22 could not be saved.\n")
    status = read_status(tmp_path / "runs" / "full")
    assert (status["state"], status["message"]) == ("failed", "Step 22 could not be saved.")


def test_a_run_that_is_older_than_a_field_of_its_recipe_trains_on(tmp_path):
    command = ("train", "ae", *SMALL[:2], "--set", "backbone.hidden=16", "--runs", tmp_path, "--name", "old")
    assert call(*command, "--epochs", 1).exit_code == 0
    file = tmp_path / "old" / "recipe.json"
    recipe = json.loads(file.read_text())
    del recipe["objective"]["likelihood"]["activation"]
    file.write_text(json.dumps(recipe))
    again = call(*command, "--epochs", 2)
    assert again.exit_code == 0 and "Training on from step 11" in again.stderr
    sentence = refused(*command, "--set", "objective.likelihood.activation=sigmoid")
    assert "activation (identity there, sigmoid here)" in sentence
