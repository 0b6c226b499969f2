"""`vaelab data`: what a person does with own data, from files to a trained run."""

import json
import shlex

import numpy as np
import pytest
from PIL import Image

from tests.cli.command import call, refused
from tests.data.own.making import encoded, pictures, pixels, zipped
from vaelab.data import load


@pytest.fixture(autouse=True)
def shelf(tmp_path, monkeypatch):
    """Where own data go in a test."""
    monkeypatch.setenv("VAELAB_OWN_DATA", str(tmp_path / "own"))
    return tmp_path / "own"


@pytest.fixture
def archive(tmp_path):
    """A zip archive of two classes, with a file that is no picture."""
    file = tmp_path / "pets.zip"
    given = zipped({**pictures(60), "class 0/notes.txt": b"hello"})
    file.write_bytes(given.file.getvalue())  # type: ignore[attr-defined]
    return file


def listed():
    return [entry for entry in json.loads(call("data", "list", "--json").stdout) if entry["name"].startswith("own-")]


def test_data_sets_are_listed_and_those_at_hand_are_loaded():
    for words in (("data",), ("data", "list")):
        assert all(name in call(*words).stdout for name in ("digits", "fashion_mnist", "8 x 8 x 1", "CC BY 4.0"))
    assert "1,437 for training, 360 held out" in call("data", "show", "digits").stdout
    assert "choose one of digits" in refused("data", "show", "imagenet")


def test_a_dry_run_says_everything_and_does_nothing(archive, shelf):
    result = call("data", "add", archive, "--dry-run", "--size", "20x12", "--fit", "stretch")
    assert result.exit_code == 0
    for text in (
        "an archive of 60 pictures",
        "20 x 12 pixels",
        "2 classes: class 0 30, class 1 30",
        "48 are for training",
        "1 left out: 1 no PNG, JPEG or WebP picture (class 0/notes.txt)",
    ):
        assert text in result.stdout
    assert "Nothing was kept" in result.stderr
    assert not shelf.exists() and listed() == []


def test_data_are_added_shown_renamed_trained_on_and_removed(archive, tmp_path):
    added = call("data", "add", archive, "--size", "12")
    assert "These data are kept: pets (own-" in added.stdout
    (own,) = listed()
    assert (own["title"], own["shape"], own["train"], own["test"]) == ("pets", [12, 12, 1], 48, 12)
    assert "were there already: pets" in call("data", "add", archive, "--size", "12").stdout
    assert len(listed()) == 1

    shown = call("data", "show", "PETS", "--verify").stdout
    assert "verified" in shown and "principal component" in shown and f"--data {own['name']}" in shown
    card = json.loads(call("data", "show", own["name"], "--json").stdout)
    assert card["classes"] == {"class 0": 30, "class 1": 30} and abs(sum(card["spectrum"])) <= 1.000001

    assert "called My pets now" in call("data", "rename", "pets", "My pets").stdout
    trained = call("train", "vae_2d", "--data", "my PETS", "--epochs", 1, "--set", "backbone.hidden=8",
                   "--name", "first", "--runs", tmp_path / "runs")  # fmt: skip
    assert trained.exit_code == 0, trained.stderr
    assert "on My pets" in trained.stderr

    assert call("data", "remove", "my pets", "--yes").exit_code == 0
    assert listed() == []
    assert "were removed; add them again" in refused("data", "show", own["name"])
    assert call("verify", "first", "--runs", tmp_path / "runs").exit_code == 0


@pytest.mark.parametrize("shape", [(32, 32, 3), pytest.param((20, 28, 1), marks=pytest.mark.slow)])
def test_the_suggested_command_trains_and_its_run_is_evaluated_and_drawn_from(shape, tmp_path):
    runs = ("--runs", tmp_path / "runs")
    np.save(tmp_path / "noise.npy", np.stack([pixels(seed, *shape).reshape(shape) for seed in range(60)]))
    call("data", "add", tmp_path / "noise.npy")
    command = json.loads(call("data", "show", "noise", "--json").stdout)["command"]
    words = ["training.epochs=1" if word.startswith("training.epochs=") else word for word in shlex.split(command)[1:]]
    result = call(*words, "--name", "tried", *runs)
    assert result.exit_code == 0, result.stderr
    evaluated = call("evaluate", "tried", "--json", *runs)
    assert evaluated.exit_code == 0, evaluated.stderr
    assert np.isfinite(json.loads(evaluated.stdout)["negative_elbo"])
    assert call("sample", "tried", "-o", tmp_path / "samples.png", *runs).exit_code == 0
    with Image.open(tmp_path / "samples.png") as drawn:
        assert drawn.mode == ("RGB" if shape[2] == 3 else "L")


def test_removing_asks_first(archive):
    from typer.testing import CliRunner

    from vaelab.cli import app

    call("data", "add", archive)
    asked = CliRunner().invoke(app, ["data", "remove", "pets"], input="n\n")
    assert "Delete pets (60 examples)?" in asked.stderr and "Nothing was deleted" in asked.stderr
    assert len(listed()) == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "missing.zip"), "missing.zip cannot be opened"),
        (("add", ".", "--size", "7"), "from 8 to 128"),
        (("add", ".", "--size", "many"), "--size wants pixels"),
        (("add", ".", "--fit", "squash"), "fit must be one of crop, pad, stretch"),
        (("add", "."), "holds no picture that can be used"),
        (("rename", "nothing", "something"), "no own data called 'nothing'; there are none yet"),
        (("remove", "digits", "--yes"), "no own data called 'digits'"),
        (("show", "own-0123456789abcdef"), "no own data"),
    ],
)
def test_mistakes_are_said_in_one_sentence(words, says):
    assert says in refused("data", *words)


def test_sequences_are_added_with_their_label_column(tmp_path):
    rows = np.random.default_rng(0).integers(0, 100, (80, 8))
    lines = "\n".join(",".join(map(str, [*row, index % 4])) for index, row in enumerate(rows.tolist()))
    (tmp_path / "strokes.csv").write_text(lines)
    result = call("data", "add", tmp_path / "strokes.csv", "--label", "last", "--features", 2)
    assert "4 steps of 2 numbers" in result.stdout and "4 classes" in result.stdout
    (own,) = listed()
    assert load(own["name"]).train.images.shape == (64, 4, 2)


def test_a_sheet_is_added_by_its_tile(tmp_path):
    (tmp_path / "sprites.png").write_bytes(encoded(np.tile(pixels(1, 12, 12), (8, 8))))
    assert "64 pictures" in call("data", "add", tmp_path / "sprites.png", "--tile", 12).stdout
