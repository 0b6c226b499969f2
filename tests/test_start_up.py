"""What starting costs: nothing that computes is imported before something computes."""

import json
import resource
import subprocess
import sys

import pytest

HEAVY = ("jax", "flax", "optax", "streamlit", "sklearn", "scipy", "PIL")
SECONDS = 0.5  # Of processor time, whatever else the machine does meanwhile.
HELP = "import sys; sys.argv = ['vaelab', '--help']; from vaelab.cli import main; main()"
MODULES = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))
"""
COMPILED = """
import numpy as np
import jax
from vaelab.data import Dataset, Split
from vaelab.presets import preset

found = []
jax.monitoring.register_event_duration_secs_listener(lambda event, *_, **__: found.append(event))
images = np.random.default_rng(0).integers(0, 256, (200, 8, 8, 1), np.uint8)
split = Split(images, np.zeros(200, np.int64))
next(iter(preset("vae_2d").recipe.train(dataset=Dataset("digits", split, split, ("0",)))))
print(sum(event.endswith("backend_compile_duration") for event in found))
"""
SAMPLE = "import sys; sys.argv = ['vaelab', 'sample', 'digits-vae-2d', '-o', 'out.png']; "
SAMPLE += "from vaelab.cli import main; main()"


@pytest.mark.parametrize("program", ["import vaelab", HELP], ids=["import", "help"])
def test_starting_imports_nothing_heavy_and_takes_less_than_half_a_second(program):
    result = subprocess.run([sys.executable, "-c", MODULES + program], capture_output=True, text=True, check=True)
    imported = set(json.loads(result.stderr))
    assert "vaelab" in imported
    assert not imported & {*HEAVY, "numpy"}
    assert min(_processor_time(program) for _ in range(5)) < SECONDS


@pytest.mark.parametrize("command", ["presets", "runs", "data", "verify nothing", "train nothing"])
def test_commands_that_compute_nothing_do_not_import_what_computes(command, tmp_path):
    program = f"import sys; sys.argv = ['vaelab', *{command.split()!r}]; from vaelab.cli import main; main()"
    result = subprocess.run([sys.executable, "-c", MODULES + program], capture_output=True, text=True, cwd=tmp_path)
    imported = json.loads(result.stderr.splitlines()[-1])
    assert not set(imported) & set(HEAVY)


@pytest.mark.parametrize("module", ["recipe", "presets", "checkpoints", "data", "objectives", "assign"])
def test_modules_of_recipes_and_checkpoints_do_not_import_what_computes(module):
    program = MODULES + f"import vaelab.{module}"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not set(json.loads(result.stderr)) & {"jax", "flax", "optax", "streamlit", "sklearn"}


def test_the_first_step_waits_for_one_program_to_be_compiled():
    """Making a model, its first state and its key compiles nothing: a transfer is not a program."""
    result = subprocess.run([sys.executable, "-c", COMPILED], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["1"]


def test_a_sample_of_the_prior_does_not_wait_for_what_other_densities_need(tmp_path):
    result = subprocess.run([sys.executable, "-c", MODULES + SAMPLE], capture_output=True, text=True, cwd=tmp_path)
    assert (tmp_path / "out.png").stat().st_size
    assert not set(json.loads(result.stderr.splitlines()[-1])) & {"scipy", "sklearn", "streamlit"}


def _processor_time(program: str) -> float:
    """User seconds that a fresh interpreter takes for a program."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
