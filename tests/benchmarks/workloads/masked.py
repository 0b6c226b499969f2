"""The masked autoencoder on 60,000 images in batches of 128: of 49 patches, the encoder computes on 12."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.training import deterministic
from tests.benchmarks.workload import How, Work


def _peer(images: np.ndarray, *, how: How) -> Work:
    from tests.benchmarks.torch_masked import MaskedAutoencoder
    from tests.benchmarks.torch_training import train

    return train(MaskedAutoencoder(), images.reshape(len(images), 28, 28), how=how)


WORKLOAD = deterministic(
    "Masked autoencoder, patches of 4x4, width 48, 4 heads, a block on each side of a code of 64, batches of 128",
    "masked_ae",
    _peer,
    loss="squared error of the hidden pixels, other patches hidden at every step",
)
