"""Nothing that was altered is loaded: random damage is refused, and so is damage with a correct checksum."""

import hashlib
import json
import os
import random
import struct

import numpy as np
import pytest
import safetensors.numpy

from tests.checkpoints.helpers import parameters, save
from vaelab.checkpoints import load_step, manifest
from vaelab.errors import CheckpointError

EXPECTED = {name: (array.shape, "float32") for name, array in parameters().items()}


def cut(content, chance):
    return content[: chance.randrange(len(content))]


def flip(content, chance):
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]


def flip_early(content, chance):
    at = chance.randrange(min(len(content), 120))
    return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]


def overwrite(content, chance):
    at = chance.randrange(len(content))
    noise = bytes(255 - byte for byte in content[at : at + 16])
    return content[:at] + noise + content[at + len(noise) :]


def append(content, chance):
    return content + chance.randbytes(chance.randint(1, 40))


def swap_digits(content, chance):
    digits = [at for at, byte in enumerate(content) if 48 <= byte <= 57]
    at = chance.choice(digits or [0])
    return content[:at] + bytes([48 + (content[at] - 47) % 10]) + content[at + 1 :]


def empty(content, chance):
    return b""


MUTATIONS = (cut, flip, flip_early, overwrite, append, swap_digits, empty)


def test_every_mutation_is_refused(tmp_path):
    folder = save(tmp_path / "run", 1)
    chance = random.Random(0)
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 6
    for number in range(300):
        file = folder / names[number % len(names)]
        original = file.read_bytes()
        damaged = MUTATIONS[number % len(MUTATIONS)](original, chance)
        assert damaged != original
        file.write_bytes(damaged)
        with pytest.raises(CheckpointError):
            load_step(folder)
        file.write_bytes(original)
    load_step(folder, EXPECTED)


def resign(folder, name, content):
    """Write a file and a manifest that vouches for it: what an attacker can do, since the seal is no signature."""
    (folder / name).write_bytes(content)
    entries = manifest.unseal((folder / "manifest.json").read_bytes(), "manifest")
    entries["files"][name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (folder / "manifest.json").write_bytes(manifest.seal(entries))


def test_mutations_with_a_correct_checksum_load_finite_parameters_of_the_right_shape_or_nothing(tmp_path):
    folder = save(tmp_path / "run", 1)
    chance = random.Random(1)
    original = (folder / "model.safetensors").read_bytes()
    outcomes = {"refused": 0, "loaded": 0}
    for number in range(300):
        resign(folder, "model.safetensors", MUTATIONS[number % len(MUTATIONS)](original, chance))
        try:
            step = load_step(folder, EXPECTED)
        except CheckpointError:
            outcomes["refused"] += 1
            continue
        outcomes["loaded"] += 1
        assert {name: (array.shape, array.dtype.name) for name, array in step.parameters.items()} == EXPECTED
        assert all(np.isfinite(array).all() for array in step.parameters.values())
    assert min(outcomes.values()) > 50  # The strict parser was exercised, not only the checksum.


def header_only(entries):
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text


HOSTILE = {
    "pickle": b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x8c\x06system\x93.",
    "header of exabytes": struct.pack("<Q", 1 << 62) + b"{}",
    "no header": b"\x00" * 8,
    "not JSON": struct.pack("<Q", 4) + b"!!!!",
    "deep JSON": struct.pack("<Q", 200_000) + b"[" * 200_000,
    "a list": header_only([1, 2]),
    "shape of exabytes": header_only({"a": {"dtype": "F32", "shape": [1 << 40, 1 << 22], "data_offsets": [0, 4]}}),
    "negative shape": header_only({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}) + b"1234",
    "bfloat16": header_only({"a": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}) + b"1234",
    "a hole": header_only({"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}) + b"12345678",
    "a million names": header_only(
        {f"a{i}": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]} for i in range(20_000)}
    ),
    "a name with a line break": safetensors.numpy.save({"a\nb": np.zeros(1, np.float32)}),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_tensor_files_are_refused(tmp_path, kind):
    folder = save(tmp_path / "run", 1)
    resign(folder, "gallery.safetensors", HOSTILE[kind])
    with pytest.raises(CheckpointError, match="gallery.safetensors"):
        load_step(folder)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"decoder/0/bias": np.zeros(41, np.float32)}, r"is float32 \[41\], but its recipe needs float32 \[40\]"),
        ({"decoder/0/bias": np.zeros(40, np.float64)}, "is float64"),
        ({"../../etc/passwd": np.zeros(1, np.float32)}, "has the unknown ../../etc/passwd"),
        ({"decoder/0/bias": np.full(40, np.nan, np.float32)}, "holds NaN or infinity"),
        ({"large": np.zeros(1 << 19, np.float32)}, "larger than its recipe"),
    ],
)
def test_parameters_must_be_those_of_the_recipe(tmp_path, change, sentence):
    folder = save(tmp_path / "run", 1)
    resign(folder, "model.safetensors", safetensors.numpy.save(parameters() | change))
    with pytest.raises(CheckpointError, match=sentence):
        load_step(folder, EXPECTED)


def test_a_parameter_that_is_missing_is_named(tmp_path):
    folder = save(tmp_path / "run", 1, parameters={"decoder/0/bias": np.zeros(40, np.float32)})
    with pytest.raises(CheckpointError, match="lacks decoder/0/kernel"):
        load_step(folder, EXPECTED)


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_only_plain_files_are_read(tmp_path, kind):
    folder = save(tmp_path / "run", 1)
    file = folder / "model.safetensors"
    elsewhere = tmp_path / "elsewhere"
    file.rename(elsewhere)
    {"link": lambda: file.symlink_to(elsewhere), "pipe": lambda: os.mkfifo(file), "folder": file.mkdir}[kind]()
    with pytest.raises(CheckpointError, match="plain file"):
        load_step(folder)


@pytest.mark.parametrize(
    "entries",
    [
        {"format": 2},
        {"files": {"model.safetensors": {"sha256": "", "bytes": 1}}},
        {"files": {"../model.safetensors": {"sha256": "", "bytes": 1}}},
        {"files": {"model.safetensors": {"sha256": "", "bytes": "1"}}},
        {"files": []},
        {"step": -1},
        {"step": True},
        {"metrics": None},
    ],
)
def test_a_sealed_manifest_must_still_make_sense(tmp_path, entries):
    folder = save(tmp_path / "run", 1)
    found = manifest.unseal((folder / "manifest.json").read_bytes(), "manifest")
    (folder / "manifest.json").write_bytes(manifest.seal(found | entries))
    with pytest.raises(CheckpointError, match="manifest.json"):
        load_step(folder)
