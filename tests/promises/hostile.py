"""Runs that were made to do harm: each function spoils a sound run and vouches for what it did."""

import json
import os
import struct

import numpy as np
import safetensors.numpy

from tests.promises.mutations import resign
from vaelab.checkpoints import manifest


def header_only(entries):
    """A tensor file that says what it holds and does not hold it."""
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text


def one(**entry):
    return header_only({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4], **entry}})


TENSORS = {
    "pickle": b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x8c\x06system\x93.",
    "header of exabytes": struct.pack("<Q", 1 << 62) + b"{}",
    "no header": b"\x00" * 8,
    "not JSON": struct.pack("<Q", 4) + b"!!!!",
    "deep JSON": struct.pack("<Q", 200_000) + b"[" * 200_000,
    "a list": header_only([1, 2]),
    "shape of exabytes": one(shape=[1 << 40, 1 << 22]),
    "shape whose size overflows": one(shape=[1 << 32, 1 << 32]),
    "negative shape": one(shape=[-1]) + b"1234",
    "shape of text": one(shape=["1e9"]) + b"1234",
    "endless number": b"".join([struct.pack("<Q", 40_050), b'{"a":{"dtype":"F32","shape":[', b"9" * 40_000, b"],"]),
    "a type of eight bits": one(dtype="F8_E4M3", shape=[4]) + b"1234",
    "a hole": one(data_offsets=[4, 8]) + b"12345678",
    "a tail": one() + b"1234" + b"PK\x03\x04",
    "overlap": header_only({
        name: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]} for name in ("a", "b")
    }) + b"1234",
    "a million names": header_only(
        {f"a{i}": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]} for i in range(12_000)}
    ),
    "a name with a line break": safetensors.numpy.save({"a\nb": np.zeros(1, np.float32)}),
    "a path for a name": safetensors.numpy.save({"../../etc/passwd": np.zeros(1, np.float32)}),
    "not a number": safetensors.numpy.save({"decoder/0/bias": np.full(40, np.nan, np.float32)}),
}  # fmt: skip


def tensors(name, content):
    return lambda run, folder: resign(folder, name, content)


def value(name, content):
    """JSON of another kind than is expected, correctly signed."""
    return lambda run, folder: resign(folder, name, json.dumps(content).encode())


def beside(name, content):
    """A file of the run, which nothing vouches for."""
    return lambda run, folder: (run / name).write_bytes(content if isinstance(content, bytes) else dump(content))


def dump(content):
    return json.dumps(content).encode()


def sealed(**entries):
    def change(run, folder):
        found = manifest.unseal((folder / "manifest.json").read_bytes(), "manifest")
        (folder / "manifest.json").write_bytes(manifest.seal(found | entries))

    return change


def linked(target):
    def change(run, folder):
        (folder / "model.safetensors").unlink()
        (folder / "model.safetensors").symlink_to(target)

    return change


def pipe(run, folder):
    (folder / "model.safetensors").unlink()
    os.mkfifo(folder / "model.safetensors")


def folder_for_file(run, folder):
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").mkdir()


def recipe(**changes):
    """The run's recipe and its step's, with other ingredients."""

    def change(run, folder):
        changed = json.loads((run / "recipe.json").read_bytes()) | changes
        (run / "recipe.json").write_bytes(dump(changed))
        resign(folder, "recipe.json", dump(changed))

    return change


HUGE = {"kind": "Dense", "hidden": [8192] * 64}
HOSTILE = {
    **{f"model: {name}": tensors("model.safetensors", content) for name, content in TENSORS.items()},
    **{f"gallery: {name}": tensors("gallery.safetensors", content) for name, content in TENSORS.items()},
    "a link to a file of the system": linked("/etc/passwd"),
    "a link to a device without end": linked("/dev/zero"),
    "a pipe that nobody writes to": pipe,
    "a folder for a file": folder_for_file,
    "a network of 4 billion parameters": recipe(backbone=HUGE),
    "a hundred thousand layers": recipe(backbone={"kind": "Dense", "hidden": [1] * 100_000}),
    "a class of another module": recipe(backbone={"kind": "os.system", "command": "id"}),
    "a class with dunders": recipe(bottleneck={"kind": "__class__", "__init__": {}}),
    "a list for a recipe": beside("recipe.json", []),
    "a deep recipe": beside("recipe.json", b'{"backbone":' * 50_000),
    "a large recipe": beside("recipe.json", b'{"kind":"' + b"R" * (2 << 20) + b'"}'),
    "data from elsewhere": recipe(data={"kind": "Data", "name": "../../etc/passwd"}),
    "a title that is no text": beside("run.json", {"title": {"a": 1}, "seed": "x", "command": [1], "created": None}),
    "a seed without end": beside("run.json", b'{"seed": ' + b"9" * 5000 + b"}"),
    "a seed of infinity": beside("run.json", b'{"seed": 1e999}'),
    "about nothing": beside("run.json", b"null"),
    "curves that are none": beside("metrics.jsonl", b'{"step": 1, "loss": "x"}\n{"step": 2, "loss": [1]}\n'),
    "curves without end": beside("metrics.jsonl", b'{"step": 1e999}\n{"step": 1' + b"0" * 5000 + b"}\n"),
    "curves of strange numbers": beside("metrics.jsonl", b'{"step": 5, "loss": NaN, "a\\u0000": Infinity}\n'),
    "a view that is none": value("view.json", {"marks": 5, "holes": "x"}),
    "a view that is a list": value("view.json", [1]),
    "marks of anything": value("view.json", {"marks": [{"step": {}, "text": [1]}] * 10}),
    "metrics of anything": sealed(metrics={"loss": [{}]}),
    "a step without end": sealed(step=10**400),
    "a command that is none": sealed(command={"a": 1}),
    "files with paths": sealed(files={"../run.json": {"sha256": "", "bytes": 1}}),
    "files of negative size": sealed(files={"model.safetensors": {"sha256": "", "bytes": -1}}),
    "a file of exabytes": sealed(files={
        name: {"sha256": "", "bytes": 1 << 62} for name in ("model.safetensors", "recipe.json")
    }),
}  # fmt: skip
