"""What a call of a compiled program frees is at hand for the next call, instead of coming back page by page."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

CALLS = """
import resource

import jax
import jax.numpy as jnp
from vaelab.training.devices import configure

configure(cache=False)

@jax.jit
def program(x):  # 64 MB in between.
    return (x @ x.T) @ x

x = jnp.ones((4096, 8))
for _ in range(2):
    jax.block_until_ready(program(x))
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(4):
    jax.block_until_ready(program(x))
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / 4)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries hold on to memory as they like")
def test_a_call_takes_no_new_pages():
    told = subprocess.run([sys.executable, "-c", CALLS], capture_output=True, text=True, check=True, timeout=100)
    assert float(told.stdout) < 500  # Of 16,384 in 64 MB.
