"""`--density` and `--class`: what is drawn, and what each picture is told."""

import json

import numpy as np
import pytest

from tests.cli.command import SMALL, call, refused
from tests.cli.test_pictures import draw, texts
from vaelab.bottlenecks import Quantized
from vaelab.cli.drawing import training_codes
from vaelab.cli.saved import restore
from vaelab.data import Data
from vaelab.density import fit
from vaelab.nets import Conv
from vaelab.objectives import Additive
from vaelab.recipe import Recipe
from vaelab.spec import to_json
from vaelab.training.optimizers import Training


@pytest.fixture(scope="module")
def more(tmp_path_factory):
    """A run that is told the class, and one with a codebook."""
    folder = tmp_path_factory.mktemp("more")
    told = call("train", "vae_2d", *SMALL, "--set", "data.condition=class", "--name", "told", "--runs", folder)
    assert told.exit_code == 0, told.stderr
    recipe = Recipe(Data("digits"), Conv((8,)), Quantized(8, 2), Additive(penalties=()), Training(epochs=2))
    (folder / "recipe.json").write_text(json.dumps(to_json(recipe)))
    codebook = call("train", folder / "recipe.json", "--name", "codebook", "--runs", folder)
    assert codebook.exit_code == 0, codebook.stderr
    return folder


@pytest.mark.parametrize("kind", ["gaussian", "mixture"])
def test_codes_are_drawn_from_what_was_fitted_to_those_of_the_training_split(tmp_path, runs, kind):
    path = tmp_path / "drawn.png"
    result = call("sample", runs / "ae", "--n", 6, "--seed", 3, "--density", kind, "-o", path)
    assert result.exit_code == 0, result.stderr
    assert "1,437 training examples" in result.stderr
    codes = training_codes(restore(str(runs / "ae"), None))
    assert codes.shape == (1437, 3)
    found = texts(path)
    assert found["density"] == kind
    np.testing.assert_allclose(json.loads(found["z"]), fit(kind, codes, 3).sample(3, 6), rtol=1e-5, atol=1e-5)


def test_a_codebook_is_sampled_by_its_own_density_unless_told_otherwise(tmp_path, more):
    path = tmp_path / "grid.png"
    result = call("sample", more / "codebook", "--n", 4, "-o", path)
    assert result.exit_code == 0, result.stderr
    assert "codebook rows" in result.stderr
    codes = np.float32(json.loads(texts(path)["z"]))
    codebook = restore(str(more / "codebook"), None).codebook
    assert codebook is not None
    assert (codes.reshape(-1, 1, 2) == np.asarray(codebook)).all(axis=-1).any(axis=-1).all()
    assert call("sample", more / "codebook", "--density", "normal", "-o", path).exit_code == 0
    assert texts(path)["density"] == "normal"


def test_classes_are_drawn_in_turn_or_one_alone(tmp_path, more):
    every, one = tmp_path / "every.png", tmp_path / "one.png"
    twelve = ("sample", more / "told", "--n", 12)
    pictures = [draw(every, *twelve), draw(one, *twelve, "--class", 3)]
    assert json.loads(texts(every)["classes"]) == [*range(10), 0, 1]
    assert json.loads(texts(one)["classes"]) == [3] * 12
    assert texts(every)["z"] == texts(one)["z"]
    assert pictures[0] != pictures[1]


def test_a_walk_is_told_one_class(tmp_path, more):
    path = tmp_path / "walk.png"
    draw(path, "interpolate", more / "told", "--from", 3, "--to", 9, "--count", 4)
    from vaelab.data import load

    assert json.loads(texts(path)["classes"]) == [int(load("digits").test.labels[3])] * 4
    draw(path, "interpolate", more / "told", "--from", 3, "--to", 9, "--count", 4, "--class", 0)
    assert json.loads(texts(path)["classes"]) == [0] * 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["vae", "--class", 3], "without being told the class"),
        (["vae", "--density", "flow"], "no density 'flow'"),
        (["vae", "--density", "autoregressive"], "no codebook"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_a_sentence(tmp_path, runs, arguments, words):
    assert words in refused("sample", runs / arguments[0], *arguments[1:], "-o", tmp_path / "x.png")


def test_an_unknown_class_is_told_in_a_sentence(tmp_path, more):
    assert "knows 10 classes" in refused("sample", more / "told", "--class", 10, "-o", tmp_path / "x.png")
