"""The training loop: a generator of `Progress` around one compiled program.

The data set lies on the device as uint8, or comes block by block where it is large. One call of `run_chunk` takes as
many steps as the caller's `Controls` allow.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import jax
import numpy as np
from flax import nnx

from vaelab.data.batches import steps_per_epoch
from vaelab.errors import VaelabError
from vaelab.model import Autoencoder
from vaelab.objectives import Objective
from vaelab.training import hosts
from vaelab.training.chunk import LONGEST_CHUNK, knob_values, program, run_chunk
from vaelab.training.feed import Examples, feeding
from vaelab.training.optimizers import Optimizer, Training
from vaelab.training.placement import Placement
from vaelab.training.state import TrainingState


@dataclass
class Controls:
    """What a caller may change between two progresses; it takes effect at the next step.

    `values` maps knob paths of the recipe (`training.learning_rate`, `objective.penalties.GaussianKL.weight`) to
    numbers; what is absent keeps the recipe's value. `seconds` is how long a chunk should last, `steps` bounds it.
    """

    values: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.25
    steps: int = LONGEST_CHUNK


class Progress(NamedTuple):
    """Where a run stands after a chunk of steps."""

    step: int  # steps done
    steps: int  # steps in all
    epoch: float  # passes over the data done
    metrics: dict[str, float]  # mean over the chunk's steps, nats per example
    seconds: float  # that the chunk took
    state: TrainingState  # never donated: may be kept, saved, or passed back to continue


class Diverged(VaelabError):
    """The loss or a parameter became infinite or NaN; `state` is the last finite one."""

    def __init__(self, step: int, state: TrainingState):
        super().__init__(
            f"Training diverged at step {step}: the loss is no longer a finite number. The model of step "
            f"{int(state.step)} was kept; lower the learning rate or the weights and train on."
        )
        self.step, self.state = step, state


def initial_state(model: Autoencoder, optimizer: Optimizer) -> TrainingState:
    """The state before the first step, with the model's present parameters."""
    parameters = nnx.state(model, nnx.Param)
    zeros = jax.eval_shape(optimizer.transformation().init, parameters)
    # Every state that Adam starts from is zero; from NumPy, it costs no compilation.
    zeros = jax.tree.map(lambda leaf: np.zeros(leaf.shape, leaf.dtype), zeros)
    return jax.device_put(TrainingState(np.int32(0), parameters, zeros))


def train(
    model: Autoencoder,
    objective: Objective,
    images: np.ndarray,
    labels: np.ndarray,
    training: Training,
    *,
    binarization: str = "none",
    seed: int = 0,
    state: TrainingState | None = None,
    controls: Controls | None = None,
    placement: Placement | None = None,
) -> Iterator[Progress]:
    """Train on uint8 images [N, ...] of int classes [N], yielding after every chunk; resumes from `state` bit for bit.

    `placement` says which devices share the work, by default one. The model object is not changed: put a progress's
    parameters into it with `nnx.update(model, state.parameters)`.
    Raises `Diverged` when the loss is no longer finite.
    """
    controls, placement = controls or Controls(), placement or Placement()
    compiled = program(model, objective, training, binarization, images.shape[1:])
    defaults = knob_values(objective, training)
    current = placement.everywhere(state or initial_state(model, training.optimizer))
    per_epoch = steps_per_epoch(len(images), training.batch_size)
    total, step = per_epoch * training.epochs, int(current.step)
    key = placement.key(seed)
    length, warm = 1, False
    with feeding(Examples(images, labels, training.batch_size, (seed,), total), placement) as feed:
        while step < total:
            count = hosts.agree(max(1, min(length, controls.steps, feed.steps(step))))
            data, tables = feed.read(step, count)
            values = {path: np.float32(controls.values.get(path, value)) for path, value in defaults.items()}
            started = time.perf_counter()
            # The chunk leaves its input as it is, so that a step into infinity costs nothing but the chunk.
            result, sums, finite = jax.block_until_ready(
                run_chunk(compiled, current, values, data, tables[seed], np.int32(count), np.int32(total), key)
            )
            seconds = time.perf_counter() - started
            if not finite:
                raise Diverged(int(result.step), current)
            current, step = result, step + count
            if warm:
                length = next_length(length, count, seconds, controls.seconds)
            warm = True  # The first chunk may have compiled, which says nothing about the pace.
            metrics = {name: float(value) / count for name, value in sums.items()}
            yield Progress(step, total, step / per_epoch, metrics, seconds, current)


def next_length(length: int, count: int, seconds: float, wanted: float) -> int:
    """Steps that would last as long as wanted, growing at most fourfold from chunk to chunk."""
    return int(min(max(1, wanted * count / max(seconds, 1e-6)), 4 * max(length, 1), LONGEST_CHUNK))
