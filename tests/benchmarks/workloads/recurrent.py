"""The recurrent autoencoder on sequences of eight points in batches of 128; its decoder follows itself."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.training import deterministic
from tests.benchmarks.workload import How, Work

_RATE = 3e-3


def _peer(sequences: np.ndarray, *, how: How) -> Work:
    from tests.benchmarks.torch_recurrent import RecurrentAutoencoder
    from tests.benchmarks.torch_training import train

    return train(RecurrentAutoencoder(), sequences, how=how, rate=_RATE)


WORKLOAD = deterministic(
    "Recurrent autoencoder, GRU of 64 on each side of a code of 8, sequences of 8 points, batches of 128",
    "recurrent_ae",
    _peer,
    loss="squared error, every step of the decoder told its own output",
    rate=_RATE,
    data="pendigits",
    unit="sequences",
)
