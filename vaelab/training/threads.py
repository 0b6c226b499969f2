"""How many threads a model is trained with: one where it is small, all of them otherwise.

Handing a small product over to another thread takes longer than computing it. On two cores one thread trains a VAE of
64-128-2 in batches of 64 1.35 times as fast as two, one of 64-400-2 in batches of 128 1.25 times, and one of 784-64-2,
twice the work, 0.85 times; and it leaves the other core to who looks on.
"""

from __future__ import annotations

import os

import jax
from jax.extend import backend

from vaelab.architecture import Architecture

VARIABLE = "NPROC"  # What JAX's processor client asks for its number of threads, when it is made.
_alone: bool | None = None  # What this process was last set to; None: nothing yet.


def suit(architecture: Architecture, batch_size: int, runs: int = 1) -> None:
    """Set the process to the threads that training this model wants; a user's own `NPROC` is left as it is.

    Several runs at once want all of them, whatever their size.

    Sums are added in another order by another number of threads, so whoever wants the numbers of `vaelab train` bit for
    bit calls this first. Arrays that JAX holds are lost if the number changes: call it before anything computes.
    """
    global _alone
    alone = runs == 1 and architecture.is_small(batch_size)
    if VARIABLE in os.environ or alone == _alone:
        return
    if _alone is not None:
        backend.clear_backends()
    _alone = alone
    if alone:
        os.environ[VARIABLE] = "1"
        try:
            jax.devices()  # Makes the client.
        finally:
            del os.environ[VARIABLE]  # Programs that are started from here choose for themselves.
