"""A run as one file: it opens elsewhere with the same numbers; what is no such file is refused in one sentence."""

import io
import json
import os
import pickle
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest

from tests.live.helpers import stored_run, tiny
from vaelab.checkpoints import archive as archive_module
from vaelab.checkpoints import files, import_run, latest_step, load_step, manifest, pack_run, tensors, verify
from vaelab.checkpoints.folders import MANIFEST
from vaelab.checkpoints.runs import about_run, recipe_of
from vaelab.errors import CheckpointError
from vaelab.spec import to_json

STEP = "step_00000030"
MODEL = f"{STEP}/model.safetensors"
GALLERY = {
    "codes": np.ones((9, 2), np.float32),
    "labels": np.arange(9, dtype=np.uint8),
    "information": np.ones(2, np.float32),
}


@pytest.fixture
def run(tmp_path):
    return stored_run(tmp_path / "here" / "first", training={"step": np.int32(30)})


@pytest.fixture
def packed(run):
    return pack_run(run)


def entries(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(found, compression=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in found.items() if isinstance(found, dict) else found:
            archive.writestr(name, content)
    return file.getvalue()


def sealed(found, **changes):
    """An archive with other files, whose manifest says what they are: forged, not damaged."""
    found = found | {f"{STEP}/{name}": content for name, content in changes.items()}
    said = manifest.unseal(found[f"{STEP}/{MANIFEST}"], "")
    listed = [name.partition("/")[2] for name in found if name.startswith(STEP) and not name.endswith(MANIFEST)]
    said["files"] = {
        name: {"sha256": manifest.digest(found[f"{STEP}/{name}"]), "bytes": len(found[f"{STEP}/{name}"])}
        for name in listed
    }
    return pack(found | {f"{STEP}/{MANIFEST}": manifest.seal(said)})


def test_a_run_opens_on_another_machine_with_equal_numbers(run, packed, tmp_path):
    there = import_run(packed, tmp_path / "there", "first.vaelab.zip")
    assert there.name != "first" and os.listdir(tmp_path / "there") == [there.name]
    here, found = load_step(latest_step(run)), load_step(latest_step(there))
    assert here.parameters.keys() == found.parameters.keys()
    for name, array in here.parameters.items():
        assert array.tobytes() == found.parameters[name].tobytes()
    assert found.training is None and (found.metrics, found.view) == (here.metrics, here.view)
    assert found.manifest["versions"] == here.manifest["versions"]
    assert about_run(there) == about_run(run) and recipe_of(there) == recipe_of(run)
    assert verify(there).steps == (30,)
    assert pack_run(there) == packed  # And from there to the next.


def test_unzipped_by_hand_it_is_the_folder_of_a_run(packed, tmp_path):
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(tmp_path / "by-hand")
    assert verify(tmp_path / "by-hand").steps == (30,)


def test_a_name_can_be_chosen_once(packed, tmp_path):
    assert import_run(packed, tmp_path, "f", "second").name == "second"
    with pytest.raises(CheckpointError, match="There is a run second already"):
        import_run(packed, tmp_path, "f", "second")
    with pytest.raises(CheckpointError, match="is no name for a run"):
        import_run(packed, tmp_path, "f", "../second")


def with_model(packed, change):
    """The archive with other arrays in its model, sealed again."""
    found = entries(packed)
    arrays = tensors.decode(found[MODEL], MODEL)
    return sealed(found, **{"model.safetensors": tensors.encode(change(arrays), MODEL)})


def with_header(packed, shape):
    """The archive with a model that claims a shape and holds nothing of it."""
    header = json.dumps({"decoder/0/kernel": {"dtype": "F32", "shape": shape, "data_offsets": [0, 4]}}).encode()
    return sealed(entries(packed), **{"model.safetensors": struct.pack("<Q", len(header)) + header + b"\0" * 4})


def with_recipe(packed, **changes):
    found = entries(packed)
    recipe = json.loads(found[f"{STEP}/recipe.json"]) | changes
    return sealed(found, **{"recipe.json": manifest.to_bytes(recipe)})


def with_json(packed, name, value):
    return pack(entries(packed) | {name: json.dumps(value).encode()})


def flip(packed, place):
    content = bytearray(packed)
    content[place] ^= 1
    return bytes(content)


def duplicate(packed):
    found = entries(packed)
    with pytest.warns(UserWarning, match="Duplicate name"):
        return pack([*found.items(), ("run.json", found["run.json"])])


HUGE = {"kind": "Dense", "hidden": [8192, 8192, 8192], "activation": "relu", "tied": False}
HOSTILE = {
    "nothing": (lambda packed: b"", "no plain zip"),
    "text": (lambda packed: b"hello" * 100, "no plain zip"),
    "pickle": (lambda packed: pickle.dumps({"a": 1}), "no plain zip"),
    "half": (lambda packed: packed[: len(packed) // 2], "no plain zip"),
    "end cut off": (lambda packed: packed[:-1], "no plain zip"),
    "comment": (lambda packed: packed[:-2] + b"\5\0hello", "no plain zip"),
    "larger zip": (lambda packed: packed[:-22] + b"PK\x06\x07" + bytes(16) + packed[-22:], "no plain zip"),
    "a byte of the weights": (lambda packed: flip(packed, packed.index(b"data_offsets") + 2000), "no plain zip"),
    "compressed": (lambda packed: pack(entries(packed), zipfile.ZIP_DEFLATED), "compressed or locked"),
    "a bomb": (lambda packed: pack({MODEL: bytes(50 << 20)} | entries(packed), zipfile.ZIP_DEFLATED), "compressed or"),
    "a name that climbs": (lambda packed: pack(entries(packed) | {"../evil": b"x"}), "'../evil', which is no file"),
    "an absolute name": (lambda packed: pack(entries(packed) | {"/etc/passwd": b"x"}), "is no file of a run"),
    "a file too many": (lambda packed: pack(entries(packed) | {"evil.py": b"x"}), "'evil.py', which is no file"),
    "training state": (lambda packed: pack(entries(packed) | {f"{STEP}/train.safetensors": b"x"}), "is no file of"),
    "many files": (lambda packed: pack({f"{index:050}": b"" for index in range(200)}), "too many files"),
    "two steps": (lambda packed: pack(entries(packed) | {"step_1/view.json": b"{}"}), "one step of a run"),
    "a folder of another name": (
        lambda packed: pack({name.replace(STEP, ".."): value for name, value in entries(packed).items()}),
        "the folder .., but its manifest says that it is step 30",
    ),
    "twice the same": (duplicate, "each file of it once"),
    "no manifest": (
        lambda packed: pack({n: c for n, c in entries(packed).items() if not n.endswith(MANIFEST)}),
        "lacks step_00000030/manifest.json",
    ),
    "no model": (lambda packed: pack({n: c for n, c in entries(packed).items() if n != MODEL}), "either missing or"),
    "wrong hash": (lambda packed: pack(entries(packed) | {MODEL: b"x" * 3000}), "its SHA-256 does not fit"),
    "wrong seal": (lambda packed: pack(entries(packed) | {f"{STEP}/{MANIFEST}": b"{}"}), "checksum does not fit"),
    "a shape of a billion": (lambda packed: with_header(packed, [10**9]), "lacks"),
    "a shape beyond counting": (lambda packed: with_header(packed, [2**62, 2**62]), "lacks"),
    "a pickle as the model": (
        lambda packed: sealed(entries(packed), **{"model.safetensors": pickle.dumps([0] * 9)}), "is not a tensor file",
    ),
    "weights that are NaN": (
        lambda packed: with_model(packed, lambda found: {n: np.full_like(a, np.nan) for n, a in found.items()}),
        "holds NaN",
    ),
    "a weight too many": (
        lambda packed: with_model(packed, lambda found: found | {"more": np.zeros(2, np.float32)}), "unknown more",
    ),
    "weights of another type": (
        lambda packed: with_model(packed, lambda found: {n: a.astype(np.float64) for n, a in found.items()}),
        "needs float32",
    ),
    "another recipe": (
        lambda packed: with_recipe(packed, bottleneck={"kind": "Gaussian", "size": 3}), "but its recipe needs",
    ),
    "no such ingredient": (
        lambda packed: with_recipe(packed, bottleneck={"kind": "os.system", "size": 3}), "cannot use",
    ),
    "a recipe too large": (lambda packed: with_recipe(packed, backbone=HUGE), "more than the limit of 50,000,000"),
    "unknown data": (lambda packed: with_recipe(packed, data={"kind": "Data", "name": "../x"}), "cannot use"),
    "deep JSON": (lambda packed: pack(entries(packed) | {"run.json": b"[" * 100_000}), "is not valid JSON"),
    "no title": (lambda packed: with_json(packed, "run.json", {"seed": 1}), "does not say in run.json"),
    "a seed that is text": (
        lambda packed: with_json(packed, "run.json", {"title": "a", "command": "", "seed": "1", "created": ""}),
        "does not say in run.json",
    ),
    "no date": (
        lambda packed: with_json(packed, "run.json", {"title": "a", "command": "", "seed": 1, "created": "soon"}),
        "has the date 'soon'",
    ),
    "a command of lines": (
        lambda packed: with_json(packed, "run.json", {"title": "a", "command": "a\nb", "seed": 1, "created": ""}),
        "cannot be printed",
    ),
    "curves of text": (lambda packed: pack(entries(packed) | {"metrics.jsonl": b'{"step": 1, "a": "b"}'}), "no finite"),
    "curves of NaN": (lambda packed: pack(entries(packed) | {"metrics.jsonl": b'{"step": 1, "a": NaN}'}), "no finite"),
    "curves of nothing": (lambda packed: pack(entries(packed) | {"metrics.jsonl": b"[]"}), "no point of a curve"),
    "codes of another size": (
        lambda packed: sealed(
            entries(packed),
            **{"gallery.safetensors": tensors.encode(GALLERY | {"codes": np.ones((9, 5), np.float32)}, "")},
        ),
        "does not fit its recipe",
    ),
    "labels of other codes": (
        lambda packed: sealed(
            entries(packed),
            **{"gallery.safetensors": tensors.encode(GALLERY | {"labels": np.zeros(4, np.uint8)}, "")},
        ),
        "do not fit each other",
    ),
    "marks of another kind": (
        lambda packed: sealed(entries(packed), **{"view.json": b'{"marks": [{"step": "<b>", "text": 1}]}'}),
        "marks on its curves",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_one_sentence_and_leaves_nothing(packed, tmp_path, name):
    make, words = HOSTILE[name]
    content, root = make(packed), tmp_path / "there"
    tracemalloc.start()
    try:
        with pytest.raises(CheckpointError) as refused:
            import_run(content, root, "upload.zip")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert words in str(refused.value) and "\n" not in str(refused.value) and len(str(refused.value)) < 600
    assert not root.exists() or os.listdir(root) == []
    assert not (tmp_path / "evil").exists()
    assert peak < 4 * len(content) + (4 << 20)


def test_too_large_a_file_is_not_looked_into(packed, tmp_path, monkeypatch):
    monkeypatch.setattr(archive_module, "MAXIMUM_BYTES", len(packed) - 1)
    with pytest.raises(CheckpointError, match="at most .* are accepted"):
        import_run(packed, tmp_path, "f")


def test_any_damage_is_refused(packed, tmp_path, random):
    """Of one byte anywhere; what a zip says twice or not at all changes nothing and is taken."""
    whole = entries(packed)
    for _ in range(300):
        content = bytearray(packed)
        content[random.integers(len(content))] ^= int(random.integers(1, 256))
        try:
            found = import_run(bytes(content), tmp_path / "there", "f")
        except CheckpointError:
            continue
        assert entries(pack_run(found)) == whole


@pytest.mark.parametrize("place", range(8))
def test_a_full_disk_leaves_nothing(packed, tmp_path, monkeypatch, place):
    write, written = files.write, []

    def failing(path, content, **rest):
        written.append(path)
        if len(written) == place + 1:
            raise OSError(28, "No space left on device")
        write(path, content, **rest)

    monkeypatch.setattr(files, "write", failing)
    with pytest.raises(CheckpointError, match="No space left"):
        import_run(packed, tmp_path / "there", "f")
    assert os.listdir(tmp_path / "there") == []


def test_a_run_without_a_step_is_not_packed(tmp_path):
    from vaelab.checkpoints import create_run

    with pytest.raises(CheckpointError, match="no complete step"):
        pack_run(create_run(tmp_path / "empty", to_json(tiny()), title="t", command="", seed=0))
