"""What a call of a compiled program frees is at hand for the next call, instead of coming back page by page."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

CALLS = """
import resource
import statistics

import jax
import jax.numpy as jnp
from vaelab.training.devices import configure

configure(cache=False)

@jax.jit
def program(x):  # 64 MB in between.
    return (x @ x.T) @ x

x = jnp.ones((4096, 8))
found = []
for _ in range(21):  # The first ones may be computed by one thread and by another, each with memory of its own.
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    jax.block_until_ready(program(x))
    found.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
print(statistics.median(found[10:]))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries hold on to memory as they like")
def test_a_call_takes_no_new_pages():
    environment = {**os.environ, "XLA_FLAGS": ""}  # The tests' own eight devices would compute in threads of theirs.
    command = [sys.executable, "-c", CALLS]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=100)
    assert float(told.stdout) < 500  # Of 16,384 in 64 MB.
