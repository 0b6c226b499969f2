"""2 and 3: a damaged checkpoint is refused; a hostile one with correct checksums loads soundly or not at all."""

import os
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
import safetensors.numpy

from tests.checkpoints.helpers import parameters, save
from tests.cli.command import call
from tests.live.helpers import stored_run
from tests.promises.hostile import HOSTILE, TENSORS
from tests.promises.mutations import resign
from vaelab.checkpoints import load_step, manifest, write_status
from vaelab.errors import CheckpointError

EXPECTED = {name: (array.shape, "float32") for name, array in parameters().items()}


COUNTS = [150, pytest.param(1000, marks=pytest.mark.slow)]


@pytest.fixture
def run(tmp_path):
    """A small run as it lies on disk, with every file that one can have."""
    found = stored_run(tmp_path / "run", training={"step": np.asarray(30, np.int32)})
    write_status(found, {"state": "stopped", "message": "", "step": 30})
    return found


def watch(run, count, seed, kind):
    """Load damaged runs in a process that is watched; returns the outcomes and the longest time."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.promises.watched", str(run), str(count), str(seed), kind],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    output, errors = process.communicate(timeout=30 + 0.2 * count)
    assert process.returncode == 0, errors[-3000:] + output[-200:]
    lines = [line.split() for line in output.splitlines()]
    assert len(lines) == count
    return Counter(outcome for outcome, _ in lines), max(float(seconds) for _, seconds in lines)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
@pytest.mark.parametrize("count", COUNTS)
def test_promise_02_every_damage_is_refused(run, count):
    outcomes, longest = watch(run, count, 0, "plain")
    print(f"\n{count} mutations: {dict(outcomes)}, the longest {longest * 1000:.0f} ms")
    assert outcomes == {"refused": count} and longest < 5


def test_promise_02_verify_reads_every_file_of_every_run(tmp_path):
    root = tmp_path / "runs"
    for name in ("one", "two", "three"):
        stored_run(root / name)
    whole = call("verify", "--runs", root)
    assert whole.exit_code == 0 and whole.stdout.count("is intact") == 3 and "All 3 runs" in whole.stderr
    file = root / "two" / "step_00000030" / "gallery.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"\xff")
    (root / "two" / "recipe.json").touch()
    found = call("verify", "--runs", root)
    assert found.exit_code == 2 and found.stdout.count("is intact") == 2
    assert "gallery.safetensors was altered" in found.stderr and "1 of 3 runs" in found.stderr.splitlines()[-1]


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
@pytest.mark.parametrize("count", COUNTS)
def test_promise_03_damage_with_a_correct_checksum_loads_sound_parameters_or_nothing(run, count):
    outcomes, longest = watch(run, count, 1, "signed")
    print(f"\n{count} mutations, signed anew: {dict(outcomes)}, the longest {longest * 1000:.0f} ms")
    assert min(outcomes["refused"], outcomes["loaded"]) > count / 10  # The strict parser was exercised.
    assert longest < 5


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
def test_promise_03_what_was_made_to_harm_runs_nothing_reads_nothing_else_and_takes_no_memory(run):
    outcomes, longest = watch(run, len(HOSTILE), 2, "hostile")
    print(f"\n{len(HOSTILE)} hostile runs: {dict(outcomes)}, the longest {longest * 1000:.0f} ms")
    assert outcomes["refused"] >= len(TENSORS) and longest < 5


@pytest.mark.parametrize("act", ["eval('1')", "__import__('this')", "open('/etc/passwd')", "os.system('true')"])
def test_promise_03_the_guard_catches_what_it_is_there_for(run, act):
    code = f"import os, sys; from tests.promises.watched import Guard; g = Guard(sys.argv[1]); g.armed = True; {act}"
    found = subprocess.run([sys.executable, "-c", code, str(run)], capture_output=True, text=True)
    assert found.returncode == 77 and "caught" in found.stderr


@pytest.mark.parametrize("kind", TENSORS)
def test_promise_03_hostile_tensor_files_are_refused_by_name(tmp_path, kind):
    folder = save(tmp_path / "run", 1)
    resign(folder, "gallery.safetensors", TENSORS[kind])
    if kind in ("a path for a name", "not a number"):  # A name is a name; and only parameters must be finite.
        load_step(folder)
        kind = "model.safetensors"
        resign(folder, kind, (folder / "gallery.safetensors").read_bytes())
        with pytest.raises(CheckpointError, match="model.safetensors"):
            load_step(folder, EXPECTED)
        return
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
def test_promise_03_parameters_must_be_those_of_the_recipe(tmp_path, change, sentence):
    folder = save(tmp_path / "run", 1)
    resign(folder, "model.safetensors", safetensors.numpy.save(parameters() | change))
    with pytest.raises(CheckpointError, match=sentence):
        load_step(folder, EXPECTED)


def test_promise_03_a_parameter_that_is_missing_is_named(tmp_path):
    folder = save(tmp_path / "run", 1, parameters={"decoder/0/bias": np.zeros(40, np.float32)})
    with pytest.raises(CheckpointError, match="lacks decoder/0/kernel"):
        load_step(folder, EXPECTED)


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_promise_03_only_plain_files_are_read(tmp_path, kind):
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
def test_promise_03_a_sealed_manifest_must_still_make_sense(tmp_path, entries):
    folder = save(tmp_path / "run", 1)
    found = manifest.unseal((folder / "manifest.json").read_bytes(), "manifest")
    (folder / "manifest.json").write_bytes(manifest.seal(found | entries))
    with pytest.raises(CheckpointError, match="manifest.json"):
        load_step(folder)
