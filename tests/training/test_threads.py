"""Small models are trained with one thread, others with all, and a process may change from one to the other."""

import os
import subprocess
import sys

import pytest

from vaelab.assign import assign
from vaelab.presets import preset

PROGRAM = """
import os, sys
import jax, jax.numpy as jnp
from vaelab.presets import preset
from vaelab.spec import replace
from vaelab.training.threads import suit

def shared():
    "Whether the compiler divides a large array among threads."
    text = jax.jit(lambda x: jnp.tanh(x) + 1).lower(jnp.ones((4096, 1024))).compile().as_text()
    return "outer_dimension_partitions" in text

for size in sys.argv[1:]:
    suit(preset("vae_2d").recipe.architecture(), int(size))
    next(preset("vae_2d").recipe.train())
    print(shared(), os.environ.get("NPROC"))
"""


def said(*sizes: int, **environment: str) -> list[str]:
    """What a process says that trains 64-400-2 in batches of one size after the other."""
    environment = {**os.environ, **environment, "XLA_FLAGS": ""}
    command = [sys.executable, "-c", PROGRAM, *map(str, sizes)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.mark.skipif(os.cpu_count() == 1, reason="there is one core")
def test_a_small_model_computes_alone_and_a_large_one_after_it_does_not():
    assert said(128, 512, 128) == ["False None", "True None", "False None"]


@pytest.mark.skipif(os.cpu_count() == 1, reason="there is one core")
def test_the_users_own_number_is_left_as_it_is():
    assert said(128, NPROC="2") == ["True 2"]


@pytest.mark.parametrize(
    ("name", "changes", "wanted"),
    [
        ("vae_2d", (), 64 * 400 + 400 * 4 + 2 * 400 + 400 * 64),
        ("linear_ae", ("bottleneck.size=30",), 2 * 64 * 30),
        ("contractive_ae", (), 2 * 64 * 400),  # tied
        ("conv_vae", (), 2 * (16 * 4 * 32 + 4 * 128 * 64) + 256 * 40 + 20 * 256),
        (
            "conv_vae",
            ("backbone.kernel=4",),
            16 * 16 * 32 + 4 * 512 * 64 + 256 * 40 + 20 * 256 + 4 * 64 * 512 + 16 * 32 * 16,
        ),
    ],
)
def test_multiplications_are_counted(name, changes, wanted):
    recipe = preset(name).recipe
    for change in changes:
        recipe = assign(recipe, change)
    assert recipe.architecture().multiplications == wanted


def test_where_time_passes_those_of_one_step_count():
    recipe = preset("recurrent_ae").recipe
    longer = [layer.multiplications((steps, 2)) for steps in (8, 80) for layer in recipe.architecture().encoder.layers]
    assert longer[0] == longer[1] == (2 + 64) * 3 * 64


def test_small_is_below_ten_million_multiplications_a_batch():
    architecture = preset("vae_2d").recipe.architecture()
    most = -(-10_000_000 // architecture.multiplications)
    assert architecture.is_small(most - 1) and not architecture.is_small(most)
