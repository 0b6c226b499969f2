"""What training carries from step to step, and the same as named arrays for a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import numpy as np

from vaelab.errors import CheckpointError
from vaelab.transfer import to_device


class TrainingState(NamedTuple):
    """All that a resumed run needs besides its recipe and its seed: randomness is a function of (seed, step)."""

    step: Any  # int32 scalar: steps done
    parameters: Any  # nnx.State
    optimizer: Any  # optax state, shaped like the parameters


def to_arrays(state: TrainingState) -> dict[str, np.ndarray]:
    """Flatten to named arrays; `from_arrays` is the exact inverse."""
    return {_name(path): np.asarray(value) for path, value in jax.tree_util.tree_leaves_with_path(state)}


def from_arrays(template: TrainingState, arrays: Mapping[str, np.ndarray]) -> TrainingState:
    """Fill a freshly initialized state with saved arrays; raises `CheckpointError` if any does not fit."""
    leaves, structure = jax.tree_util.tree_flatten_with_path(template)
    wanted = {_name(path): (np.shape(value), np.asarray(value).dtype) for path, value in leaves}
    found = {name: (array.shape, array.dtype) for name, array in arrays.items()}
    if wanted != found:
        odd = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
        raise CheckpointError(f"The training state does not fit its recipe at {', '.join(odd[:3])}.")
    return jax.tree_util.tree_unflatten(structure, [to_device(arrays[_name(path)]) for path, _ in leaves])


def _name(path: Any) -> str:
    return jax.tree_util.keystr(path, simple=True, separator="/")
