"""Examples that come block by block: the same runs bit for bit, in bounded memory."""

import json
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

from tests.training.test_loop import SMALL, equal, run
from vaelab.sweep import Variant, train_together
from vaelab.training import feed
from vaelab.training.loop import Controls, initial_state
from vaelab.training.state import from_arrays, to_arrays

STEP = 128 * 64  # Bytes of digits that a step reads.


@pytest.fixture(params=[1, 3.5, 5, 400], ids="{} steps a block".format)
def streamed(request, monkeypatch):
    """Blocks of so many steps; of 22 steps in all, some end within a block and some with it."""
    monkeypatch.setattr(feed, "RESIDENT", 0)
    monkeypatch.setattr(feed, "BLOCK", int(request.param * STEP))


@pytest.fixture(scope="module")
def whole(digits):
    """The run with all examples on the device."""
    return run(SMALL, digits, seed=3)


def test_a_streamed_run_is_the_same(whole, digits, streamed):
    assert equal(whole.state, run(SMALL, digits, seed=3).state)


def test_it_resumes_in_the_middle_of_a_block(whole, digits, streamed):
    part = run(SMALL, digits, seed=3, until=7, controls=Controls(steps=1))
    template = initial_state(SMALL.build(seed=3), SMALL.training.optimizer)
    assert equal(whole.state, run(SMALL, digits, seed=3, state=from_arrays(template, to_arrays(part.state))).state)


def test_a_memory_mapped_file_is_read_where_it_is(whole, digits, streamed, tmp_path):
    np.save(tmp_path / "images.npy", digits.train.images)
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    assert equal(whole.state, run(SMALL, digits._replace(train=digits.train._replace(images=mapped)), seed=3).state)


def test_every_seed_of_a_sweep_reads_in_its_own_order(digits, streamed):
    chosen = [Variant(SMALL, seed, f"seed {seed}") for seed in (3, 3, 5)]
    *_, standing = train_together(chosen, dataset=digits)
    states = [standing.alive[index].state for index in range(3)]
    for state, seed in zip(states, (3, 3, 5), strict=True):
        alone = to_arrays(run(SMALL, digits, seed=seed).state)
        together = to_arrays(state)
        for name, array in alone.items():
            np.testing.assert_allclose(together[name], array, rtol=1e-3, atol=1e-5)


def test_a_block_is_read_while_the_one_before_is_worked_through(digits, monkeypatch):
    monkeypatch.setattr(feed, "RESIDENT", 0)
    monkeypatch.setattr(feed, "BLOCK", 5 * STEP)
    asked = []
    block = feed.Streamed._block
    monkeypatch.setattr(feed.Streamed, "_block", lambda self, first: asked.append(first) or block(self, first))
    steps = [progress.step for progress in SMALL.train(dataset=digits)]
    assert asked == [0, 5, 10, 15, 20]  # Each once, and none after the last step.
    assert all(before // 5 == (after - 1) // 5 for before, after in pairwise([0, *steps]))


def test_leaving_a_run_leaves_no_thread(digits, streamed):
    import threading

    chunks = SMALL.train(dataset=digits)
    next(chunks)
    chunks.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("vaelab-feed")]


PROGRAM = """
import json, sys
import numpy as np
from pathlib import Path
from vaelab.assign import assign
from vaelab.data.dataset import Dataset, Split
from vaelab.presets import preset
from vaelab.training import feed
from vaelab.training.loop import Controls

file, resident = sys.argv[1], int(sys.argv[2])
feed.RESIDENT = resident
images = np.load(file, mmap_mode="r")
labels = np.zeros(len(images), np.int64)
data = Dataset("mnist", Split(images, labels), Split(images[:10], labels[:10]), ("0",))
recipe = assign(preset("vae").recipe, "data.name=mnist", "backbone.hidden=16", "training.epochs=1")
for progress in recipe.train(dataset=data):
    if progress.step >= 1024:
        break
lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
memory = {name: int(lines[name].split()[0]) // 1024 for name in ("VmHWM", "RssAnon")}  # MiB
print(json.dumps({"step": progress.step, **memory}))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize(("resident", "limits"), [(1 << 30, {"VmHWM": 3072}), (0, {"VmHWM": 1800, "RssAnon": 900})])
def test_a_million_images_train_within_three_gibibytes(tmp_path, resident, limits):
    """On the device 3 GiB; streamed, a part of that, the file's own pages among it, which the system takes back."""
    np.lib.format.open_memmap(tmp_path / "images.npy", "w+", np.uint8, (1_000_000, 28, 28, 1)).flush()
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "images.npy"), str(resident)]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert found["step"] >= 1024
    for name, limit in limits.items():
        assert found[name] < limit, found
