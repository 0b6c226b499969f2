"""From NumPy's hands into the device's."""

from __future__ import annotations

from typing import Any

import numpy as np

from vaelab.lazy import jax

ALIGNMENT = 64  # Bytes: where memory begins that a processor's device takes as it is.


def to_device(array: Any) -> Any:
    """The device's own copy of a NumPy array; an array that is on the device stays where it is.

    By a transfer: `jnp.asarray` compiles a program for every shape, a tenth of a second of the first start of a model.
    The copy is made here, because a transfer alone may share the memory of an array whose owner changes it later; and
    it is aligned, so that it is the only one.
    """
    if isinstance(array, jax.Array):
        return array
    array = np.asarray(array)
    memory = np.empty(array.nbytes + ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    own = memory[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    own[...] = array
    return jax.device_put(own)
