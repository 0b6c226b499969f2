"""The table of data sets: what it says of each is what loading gives."""

import hashlib
import string
import subprocess
import sys

import numpy as np
import pytest

from vaelab.data import DatasetInfo, available, idx, information, load, names
from vaelab.data.mnist import FASHION_MNIST, KMNIST, MNIST, Collection
from vaelab.data.published import File
from vaelab.errors import DataError


@pytest.mark.parametrize("name", names())
def test_information_is_true(name):
    if not available(name):
        pytest.skip(f"{name} is not at hand; set VAELAB_DATA_DIR to a folder with {name}/*.gz")
    facts, dataset = information(name), load(name)
    assert dataset.name == facts.name == name and dataset.classes == facts.classes
    for split, count in ((dataset.train, facts.train), (dataset.test, facts.test)):
        assert split.images.shape == (count, *facts.shape) and split.images.dtype == np.uint8
        assert split.labels.shape == (count,) and split.labels.dtype == np.int64
        assert set(np.unique(split.labels)) == set(range(len(facts.classes)))
        assert split.images.min() < 5 and split.images.max() > 250
        # Dark is the background: a border of one pixel is darker than the rest.
        assert facts.is_sequence or split.images[:, 0].mean() < split.images.mean() < 128
        if facts.factors:
            assert split.factors.shape == (count, len(facts.factors)) and split.factors.dtype == np.float32
        else:
            assert split.factors is None


def test_names_and_facts():
    assert names() == ("digits", "mnist", "fashion_mnist", "kmnist", "shapes", "pendigits", "waves")
    for name in names():
        facts = information(name)
        assert facts.title and facts.licence and facts.source.endswith(".")
        assert len(set(facts.classes)) == len(facts.classes)
        assert len(facts.shape) == (2 if facts.is_sequence else 3)
        assert facts.is_sequence == (name in ("pendigits", "waves"))


@pytest.mark.parametrize("ask", [information, available, load])
def test_unknown_name_lists_the_known(ask):
    with pytest.raises(DataError, match="'minst'.*digits, mnist, fashion_mnist, kmnist, shapes, pendigits, waves"):
        ask("minst")


def test_available_without_files(tmp_path, monkeypatch):
    monkeypatch.setenv("VAELAB_CACHE_DIR", str(tmp_path))
    monkeypatch.delenv("VAELAB_DATA_DIR", raising=False)
    assert [name for name in names() if available(name)] == ["digits", "shapes", "waves"]
    (tmp_path / "mnist").mkdir()
    for file in MNIST.files:
        assert not available("mnist")  # Not before the last of the four.
        (tmp_path / "mnist" / f"{file.name}.gz").touch()
    assert available("mnist")


def test_loaded_once_and_protected():
    dataset = load("shapes")
    assert load("shapes") is dataset
    for array in (*dataset.train, *dataset.test):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_the_published_files_are_all_told_apart():
    collections = (MNIST, FASHION_MNIST, KMNIST)
    digests = [file.sha256 for collection in collections for file in collection.files]
    assert len(set(digests)) == 12
    assert all(len(digest) == 64 and set(digest) <= set(string.hexdigits.lower()) for digest in digests)
    assert all(len(collection.mirrors) > 1 for collection in collections)


def test_digits_are_those_of_scikit_learn():
    from sklearn.datasets import load_digits

    digits, source = load("digits"), load_digits()
    images = np.concatenate([digits.train.images, digits.test.images])[..., 0]
    labels = np.concatenate([digits.train.labels, digits.test.labels])
    found = sorted((image.tobytes(), label) for image, label in zip(images, labels, strict=True))
    grey = np.rint(source.images / 16 * 255).astype(np.uint8)
    assert found == sorted((image.tobytes(), label) for image, label in zip(grey, source.target, strict=True))


def test_the_split_of_the_digits_is_fixed_and_even():
    digits = load("digits")
    assert digits.train.labels[:12].tolist() == [1, 1, 5, 6, 3, 0, 1, 5, 6, 9, 5, 7]
    for split in (digits.train, digits.test):
        shares = np.bincount(split.labels) / len(split.labels)
        assert shares.min() > 0.05 and shares.max() < 0.13


def test_a_collection_puts_its_files_in_their_places(tmp_path, monkeypatch):
    random = np.random.default_rng(0)
    shapes = {"train-images": (5, 4, 3), "train-labels": (5,), "test-images": (2, 4, 3), "test-labels": (2,)}
    arrays = {name: random.integers(0, 9, shape, np.uint8) for name, shape in shapes.items()}
    stored = {name: idx.header(array.shape) + array.tobytes() for name, array in arrays.items()}
    (tmp_path / "toy").mkdir()
    for name, content in stored.items():
        (tmp_path / "toy" / name).write_bytes(content)
    monkeypatch.setenv("VAELAB_DATA_DIR", str(tmp_path))
    files = tuple(File(name, shapes[name], hashlib.sha256(content).hexdigest()) for name, content in stored.items())
    facts = DatasetInfo("toy", "Toy", (4, 3, 1), 5, 2, ("a", "b"), "none", "Nowhere.")
    toy = Collection(facts, (), files)
    assert toy.available()
    name, train, test, classes = toy.load()
    assert (name, classes) == ("toy", ("a", "b"))
    for split, part in ((train, "train"), (test, "test")):
        np.testing.assert_array_equal(split.images, arrays[f"{part}-images"][..., None])
        np.testing.assert_array_equal(split.labels, arrays[f"{part}-labels"])


def test_mnist_is_mnist(mnist):
    train, test = (np.bincount(split.labels).tolist() for split in (mnist.train, mnist.test))
    assert train == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert test == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    # The mean and standard deviation that everyone normalizes with.
    assert mnist.train.images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert mnist.train.images.std() / 255 == pytest.approx(0.3081, abs=5e-5)


def test_importing_is_cheap():
    heavy = ("jax", "flax", "optax", "sklearn", "scipy", "streamlit", "pooch", "requests", "urllib.request")
    program = f"import sys, vaelab.data; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_facts_cost_no_loading():
    program = (
        "import sys; from vaelab.data import *; [(information(name), available(name)) for name in names()]; "
        "Data(); print('sklearn' in sys.modules or 'jax' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
