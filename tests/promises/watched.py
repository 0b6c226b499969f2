"""`python -m tests.promises.watched FOLDER COUNT SEED KIND`: a process that loads hostile runs and is watched at it.

Its memory is bounded, and an audit hook ends it at the first act that loading has no business with: running code,
importing, starting processes, the network, files outside the run's folder. One line per case goes to standard output.
"""

import os
import random
import resource
import sys
import time
from pathlib import Path

import numpy as np
import numpy.random  # noqa: F401

import vaelab.presets  # noqa: F401 - imported before the hook, so that every later import is one too many.
from tests.promises.hostile import HOSTILE
from tests.promises.mutations import MUTATIONS, resign
from vaelab.checkpoints import latest_step, load_step, verify
from vaelab.checkpoints.folders import read_manifest
from vaelab.errors import CheckpointError, VaelabError
from vaelab.live.describe import expected_parameters
from vaelab.live.frames import unpack
from vaelab.live.stored import stored_frame
from vaelab.recipe import from_json

MEMORY = 1 << 30  # Bytes that may be mapped beyond what is mapped at the start.
FORBIDDEN = ("exec", "compile", "import", "os.", "subprocess.", "socket.", "ctypes.", "pickle.", "marshal.", "shutil.")
HARMLESS = ("os.scandir", "os.listdir", "os.walk")
CAUGHT = 77  # The exit code of one that was caught in the act.


class Guard:
    """Watches while it is armed."""

    def __init__(self, folder):
        self._root, self.armed = os.path.realpath(folder) + os.sep, False
        sys.addaudithook(self._look)

    def _look(self, event, arguments):
        if not self.armed:
            return
        if event == "open" or event in HARMLESS:
            inside = self._inside(*arguments[:3])
        else:
            inside = not event.startswith(FORBIDDEN)
        if not inside:
            self.armed = False
            print(f"caught: {event} {arguments!r:.200}", file=sys.stderr, flush=True)
            os._exit(CAUGHT)


    def _inside(self, path, mode=None, flags=0):
        if isinstance(path, int):
            return True
        folder, name = os.path.split(os.fsdecode(path))
        if not (isinstance(flags, int) and flags & os.O_NOFOLLOW):  # Else a link is refused, wherever it leads.
            name = os.path.basename(folder := os.path.realpath(os.path.join(folder, name)))
            folder = os.path.dirname(folder)
        return f"{os.path.join(os.path.realpath(folder), name)}{os.sep}".startswith(self._root)


def load(run):
    """All that the app and the command line do with a run that somebody else has made; what came of it, in a word."""
    outcome = "refused"
    try:
        recipe = from_json(step_recipe(run))
        step = load_step(latest_step(run) or run / "step_00000001", expected_parameters(recipe))
        assert all(np.isfinite(array).all() for array in step.parameters.values())
        outcome = "loaded"
    except VaelabError:
        pass
    for attempt in (lambda: verify(run), lambda: unpack(stored_frame(run, {}))):
        try:
            attempt()
        except VaelabError as error:
            assert "\n" not in str(error).strip() and len(str(error)) < 2000
    return outcome


def step_recipe(run):
    import json

    folder = latest_step(run)
    if folder is None:
        raise CheckpointError("There is no step.")
    read_manifest(folder)
    try:
        return json.loads((folder / "recipe.json").read_bytes())
    except (ValueError, RecursionError):
        raise CheckpointError("The recipe is no JSON.") from None


def plain(run, folder, chance, number):
    """Damage one file, and nothing else."""
    names = sorted(path.name for path in folder.iterdir())
    file = folder / names[number % len(names)]
    original = file.read_bytes()
    damaged = MUTATIONS[number // len(names) % len(MUTATIONS)](original, chance)
    assert damaged != original
    file.write_bytes(damaged)


def signed(run, folder, chance, number):
    """Damage one file and vouch for it; or one of the run's own files, which nothing vouches for."""
    inside = sorted(path.name for path in folder.iterdir() if path.name != "manifest.json")
    beside = sorted(path.name for path in run.iterdir() if path.is_file() and not path.name.startswith("."))
    names = [*inside, *beside]
    name = names[number % len(names)]
    mutate = MUTATIONS[number // len(names) % len(MUTATIONS)]
    if name in inside and number % len(names) < len(inside):
        resign(folder, name, mutate((folder / name).read_bytes(), chance))
    else:
        (run / name).write_bytes(mutate((run / name).read_bytes(), chance))


def hostile(run, folder, chance, number):
    """The cases that were thought out."""
    list(HOSTILE.values())[number % len(HOSTILE)](run, folder)


KINDS = {"plain": plain, "signed": signed, "hostile": hostile}


def main(run, count, seed, kind):
    """Damage, load, mend, as often as is asked for."""
    chance, (folder,) = random.Random(seed), run.glob("step_*")
    whole = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    assert load(run) == "loaded"
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + MEMORY, mapped + MEMORY))
    guard = Guard(run)
    for number in range(count):
        KINDS[kind](run, folder, chance, number)
        started = time.monotonic()
        guard.armed = True
        outcome = load(run)
        guard.armed = False
        print(outcome, f"{time.monotonic() - started:.4f}", flush=True)
        mend(run, whole)
    assert load(run) == "loaded"


def mend(run, whole):
    """Put back every file as it was, and nothing else."""
    import shutil

    for path in run.rglob("*"):
        if path not in whole and (path.is_symlink() or not path.is_dir()):
            path.unlink()
    for path, content in whole.items():
        if path.is_symlink() or (path.exists() and not path.is_file()):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        path.write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
