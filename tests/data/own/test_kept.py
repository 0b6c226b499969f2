"""Own data on the disk: whole or not there, called by their content, listed, renamed, removed, and never a path."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.own.making import array_file, pictures, zipped
from vaelab.data import Data, available, information, load, names
from vaelab.data.own import folder, kept, storing
from vaelab.data.own.planning import plan
from vaelab.data.own.storing import store
from vaelab.errors import DataError, RecipeError, VaelabError
from vaelab.recipe import Recipe

ARRAY = np.random.default_rng(5).integers(0, 256, (60, 12, 10), np.uint8)


@pytest.fixture
def own():
    return store(plan([array_file(ARRAY, "mine.npy")])).own


def test_what_is_stored_is_what_was_planned_and_is_mapped_from_the_disk(own):
    found, dataset = plan([array_file(ARRAY)]), load(own.name)
    assert (dataset.train.images[..., 0] == ARRAY[found.train]).all()
    assert (dataset.test.images[..., 0] == ARRAY[found.test]).all()
    for split in (dataset.train, dataset.test):
        assert isinstance(split.images, np.memmap) and isinstance(split.images[:5], np.memmap)
        assert split.images.dtype == np.uint8 and split.labels.dtype == np.int64
        assert not split.images.flags.writeable and not split.labels.flags.writeable
    about = information(own.name)
    assert (about.shape, about.train, about.test) == (dataset.train.images.shape[1:], 48, 12)
    assert dataset.classes == about.classes == ("all",)
    assert own.name in names() and available(own.name)
    assert Recipe(data=Data(own.name)).shape == (12, 10, 1)


def test_the_same_content_has_one_place_and_another_has_another(own):
    again = store(plan([array_file(ARRAY, "other name.npy")]), "Another title")
    assert again.known and again.own == own
    assert store(plan([array_file(ARRAY[::-1])])).own.name != own.name
    assert len(kept.everything()) == 2
    assert np.load(folder.folder_of(own.name) / "train.npy").shape == (48, 12, 10, 1)


def test_titles_are_unique_and_found(own):
    assert own.title == "mine"
    other = store(plan([array_file(255 - ARRAY, "mine.npy")])).own
    assert other.title == "mine 2"
    assert kept.resolve("MINE 2") == other.name and kept.resolve(own.name) == own.name
    assert kept.resolve("digits") == "digits" and kept.resolve("unknown") == "unknown"
    kept.rename(other.name, "  Second   set ")
    assert information(other.name).title == "Second set"
    for taken in ("mine", "MNIST", "digits", "", " ", "x" * 81, "a\nb\0", "own-0123456789abcdef"):
        with pytest.raises(DataError, match="cannot be a name|already"):
            kept.rename(other.name, taken)
    assert information(other.name).title == "Second set"


def test_what_is_removed_is_gone_but_its_runs_can_be_shown(own):
    kept.remove(own.name)
    assert own.name not in names() and not available(own.name)
    assert Recipe(data=Data(own.name)).shape == (12, 10, 1)
    with pytest.raises(DataError, match="'mine' .* were removed; add them again"):
        load(own.name)
    assert sorted(path.name for path in folder.folder_of(own.name).iterdir()) == ["about.json"]
    assert store(plan([array_file(ARRAY, "mine.npy")])).own.name == own.name
    assert load(own.name).train.images.shape == (48, 12, 10, 1)


def test_unknown_own_data_are_refused_in_words():
    for ask in (information, load):
        with pytest.raises(DataError, match="no own data 'own-0123456789abcdef' here"):
            ask("own-0123456789abcdef")
    with pytest.raises(VaelabError):
        Recipe(data=Data("own-0123456789abcdef"))


@pytest.mark.parametrize("name", ["own-", "own-0123456789abcde", "own-0123456789abcdeF", "own-../../etc", "../own"])
def test_a_name_of_another_form_names_nothing(name):
    with pytest.raises(RecipeError, match="must be one of digits"):
        Data(name)
    with pytest.raises(DataError):
        folder.folder_of(name)


PARTS = ("..", ".", "a", "/", "\\", "%2e", "own-", "0123456789abcdef", "\0", "\n")


@given(st.lists(st.sampled_from(PARTS), max_size=6))
def test_no_name_becomes_a_path_outside(parts):
    name = "".join(parts)
    try:
        found = folder.folder_of(name)
    except DataError:
        return
    assert found.parent == folder.root() and found.resolve().is_relative_to(folder.root().resolve())


DAMAGES = {
    "a byte of an example": lambda home: _flip(home / "train.npy"),
    "a label": lambda home: _flip(home / "test_labels.npy"),
    "examples cut off": lambda home: os.truncate(home / "train.npy", 1000),
    "no labels": lambda home: (home / "train_labels.npy").unlink(),
    "no JSON": lambda home: (home / "about.json").write_text("{"),
    "another format": lambda home: (home / "about.json").write_text('{"format": 2}'),
    "another shape": lambda home: _edit(home, shape=[6, 20, 1]),
    "a shape of words": lambda home: _edit(home, shape=["12", 10, 1]),
    "more examples": lambda home: _edit(home, train=10**9),
    "no classes": lambda home: _edit(home, classes=[]),
    "a path for a file": lambda home: _edit(home, files={"train.npy": 7}),
}


def _flip(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 255
    path.write_bytes(content)


def _edit(home, **values):
    (home / "about.json").write_text(json.dumps({**json.loads((home / "about.json").read_text()), **values}))


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_found_and_said(name, own):
    DAMAGES[name](folder.folder_of(own.name))
    with pytest.raises(DataError) as caught:
        kept.verify(own.name)
        load(own.name)
    assert str(caught.value).endswith(".")


def test_a_failure_leaves_nothing_behind(monkeypatch, shelf):
    found = plan([zipped(pictures(60))])
    monkeypatch.setattr(os, "rename", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(DataError, match="cannot be kept .*No space left on device.*free some space"):
        store(found)
    assert [path.name for path in shelf.iterdir() if path.name != ".lock"] == []


def test_a_full_disk_is_said_before_any_work(monkeypatch):
    monkeypatch.setattr(storing.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 0}))
    with pytest.raises(DataError, match="MB are free"):
        store(plan([zipped(pictures(60))]))


def test_there_are_at_most_so_many_sets(monkeypatch, own):
    monkeypatch.setattr(storing, "SETS", 1)
    with pytest.raises(DataError, match="1 own data sets already"):
        store(plan([zipped(pictures(60))]))


def test_what_turns_out_to_be_damaged_is_left_out_when_it_is_stored(monkeypatch):
    from vaelab.data.own import encoded

    monkeypatch.setattr(encoded, "CHECKED", 0)
    entries = pictures(60)
    bad = "class 0/0.png"
    entries[bad] = entries[bad][:60] + bytes(40) + entries[bad][100:]
    found = plan([zipped(entries)])
    assert len(found.train) + len(found.test) == 60 and "left out later" in " ".join(found.sentences())
    stored = store(found)
    assert stored.dropped.first == [(bad, "damaged")]
    assert stored.own.train + stored.own.test == 59
    assert len(load(stored.own.name).train.labels) == stored.own.train


def test_a_killed_process_leaves_no_set_and_its_rest_is_cleaned(shelf):
    program = (
        "import os, numpy as np, io; from vaelab.data.own import storing; from vaelab.data.own.planning import plan\n"
        "from tests.data.own.making import array_file\n"
        "def die(share):\n"
        "    if share > 0: os.kill(os.getpid(), 9)\n"
        "array = np.random.default_rng(0).integers(0, 256, (2000, 8, 8), np.uint8)\n"
        "storing.store(plan([array_file(array)]), '', die)\n"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == -9
    assert len(list(shelf.glob(".tmp-*"))) == 1 and kept.everything() == []
    store(plan([array_file(ARRAY)]))
    assert list(shelf.glob(".tmp-*")) == [] and len(kept.everything()) == 1


def test_two_processes_may_store_the_same(shelf):
    program = (
        "import numpy as np; from vaelab.data.own.storing import store; from vaelab.data.own.planning import plan\n"
        "from tests.data.own.making import array_file\n"
        "print(store(plan([array_file(np.random.default_rng(0).integers(0, 256, (60, 8, 8), np.uint8))])).own.name)\n"
    )
    both = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = {process.communicate()[0].strip() for process in both}
    assert len(said) == 1 and kept.names() == tuple(said)
