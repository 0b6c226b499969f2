"""The card and the recipe that it suggests: right figures on data whose figures are known, and recipes that fit."""

import numpy as np
import pytest

from vaelab.data import Dataset, DatasetInfo, information, load, names
from vaelab.data.dataset import split
from vaelab.data.own.card import card
from vaelab.presets.suggestion import suggest


def made(images: np.ndarray, labels: np.ndarray | None = None, classes: tuple[str, ...] = ("all",)):
    """A card of these examples, a fifth of them held out."""
    labels = np.zeros(len(images), np.uint8) if labels is None else labels
    count = len(images) // 5
    dataset = Dataset(
        "it", split(images[count:].copy(), labels[count:]), split(images[:count].copy(), labels[:count]), classes
    )
    shape = images.shape[1:]
    return card(dataset, DatasetInfo("it", "It", shape, len(images) - count, count, classes, "yours", "Yours."))


def test_the_figures_are_those_of_the_data():
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (500, 8, 8, 1), np.uint8)
    images[100:120] = images[200:220]  # Forty with a twin.
    labels = np.repeat([0, 1], [400, 100])
    found = made(images, random.permutation(labels), ("a", "b"))
    assert (found.count, found.train, found.test, found.looked_at) == (500, 400, 100, 400)
    assert found.class_counts == {"a": 400, "b": 100} and found.balance == 0.25
    assert found.near_duplicates == 40
    assert np.abs(found.mean - images[100:].mean(axis=0)).max() < 1
    assert found.examples.shape == (12, 8, 8, 1)


def test_nearly_equal_is_within_four_grey_levels():
    random = np.random.default_rng(0)
    base = random.integers(20, 200, (100, 8, 8, 1), np.uint8)
    for step, twins in ((3, 200), (5, 0)):
        held_out = np.zeros((50, 8, 8, 1), np.uint8)
        assert made(np.concatenate([held_out, base, base + np.uint8(step)])).near_duplicates == twins


def test_the_spectrum_is_that_of_a_full_decomposition():
    random = np.random.default_rng(0)
    directions = random.normal(size=(3, 64))
    rows = random.normal(size=(400, 3)) * [30, 10, 3] @ directions + 128
    images = np.clip(rows, 0, 255).astype(np.uint8).reshape(-1, 8, 8, 1)
    found = made(images)
    centred = images[80:].reshape(320, -1) / 255
    singular = np.linalg.svd(centred - centred.mean(axis=0), compute_uv=False)
    expected = singular**2 / (singular**2).sum()
    assert np.abs(found.spectrum[:20] - expected[:20]).max() < 1e-6
    assert found.components(0.5) == 1
    assert found.components(0.9) == int(np.searchsorted(np.cumsum(expected), 0.9)) + 1


def test_equal_examples_have_a_card_too():
    found = made(np.full((60, 8, 8, 1), 7, np.uint8))
    assert found.near_duplicates == found.looked_at and found.components(0.9) == 1
    assert all(sentence.endswith(".") for sentence in found.sentences())


def test_a_large_picture_is_compared_small():
    images = np.random.default_rng(0).integers(0, 256, (60, 128, 100, 3), np.uint8)
    assert made(images).mean.shape == (128, 100, 3)


DRAWN = np.random.default_rng(1).choice(np.array([0, 255], np.uint8), (200, 28, 28, 1))
NOISE = np.random.default_rng(2).integers(0, 256, (200, 32, 32, 3), np.uint8)
CASES = {
    "drawings": (DRAWN, "vae", "Conv", "Bernoulli"),
    "small drawings": (DRAWN[:, :8, :8], "vae", "Dense", "Bernoulli"),
    "colours": (NOISE, "sigma_vae", "Conv", "OptimalGaussian"),
    "grey levels": (NOISE[..., :1], "sigma_vae", "Conv", "OptimalGaussian"),
    "vectors": (NOISE[:, 0, :5, :1], "vae", "Dense", "FixedGaussian"),
    "sequences": (NOISE[:, 0], "recurrent_vae", "Recurrent", "FixedGaussian"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_suggestion_is_made_for_what_the_data_are(name):
    images, preset, *_ = CASES[name]
    found = suggest(made(images))
    assert found.preset == preset
    assert found.reason.endswith(".") and found.reason.count(". ") == 0 and "latents" in found.reason
    size = int(next(setting for setting in found.settings if setting.startswith("bottleneck.size=")).split("=")[1])
    assert 2 <= size <= 32


@pytest.mark.parametrize("data", [name for name in names() if name in ("digits", "waves")])
def test_the_suggestion_fits_the_data(data):
    found = suggest(card(load(data), information(data)))
    recipe = found.recipe(data)
    assert recipe.data.name == data
    assert 5 <= recipe.training.epochs <= 300
