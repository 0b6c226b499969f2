"""Optimizers and how long to train."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vaelab.lazy import jax, jnp, optax
from vaelab.nets.products import Precision
from vaelab.spec import Spec, number, option
from vaelab.training.schedules import Constant, Schedule


@dataclass(frozen=True)
class Adam(Spec):
    """Kingma & Ba 2015, algorithm 1, without the learning rate, which the loop applies."""

    beta1: float = number(0.9, minimum=0, maximum=0.9999, label="Beta 1", help="Decay of the mean gradient.")
    beta2: float = number(0.999, minimum=0, maximum=0.999999, label="Beta 2", help="Decay of the squared gradient.")
    epsilon: float = number(1e-8, minimum=1e-12, maximum=1, logarithmic=True, label="Epsilon", help="Avoids 0 / 0.")

    def transformation(self) -> Any:
        """The optax transformation from gradients to directions of unit learning rate.

        `optax.scale_by_adam` with its state, but for the rounding: it divides every mean by its bias correction, where
        one number times all of them does. Of three divisions per parameter one is left, 7 % of a dense step.
        """

        def update(updates: Any, state: Any, params: Any = None) -> tuple[Any, Any]:
            count = optax.safe_increment(state.count)
            mean = optax.tree.update_moment(updates, state.mu, self.beta1, 1)
            square = optax.tree.update_moment_per_elem_norm(updates, state.nu, self.beta2, 2)
            mean_scale, square_scale = (1 / (1 - beta**count) for beta in (self.beta1, self.beta2))
            directions = jax.tree.map(
                lambda m, s: m * mean_scale / (jnp.sqrt(s * square_scale) + self.epsilon), mean, square
            )
            return directions, optax.ScaleByAdamState(count, mean, square)

        return optax.GradientTransformation(optax.scale_by_adam(self.beta1, self.beta2, self.epsilon).init, update)


Optimizer = Adam


@dataclass(frozen=True)
class Training(Spec):
    """How a recipe is trained unless the caller says otherwise."""

    epochs: int = number(10, minimum=1, maximum=100_000, label="Epochs", help="Passes over the training examples.")
    batch_size: int = number(128, minimum=1, maximum=8192, label="Batch size", help="Examples per step.")
    learning_rate: float = number(
        1e-3, minimum=0, maximum=1, knob=True, logarithmic=True, label="Learning rate", help="Step size."
    )
    optimizer: Optimizer = option(Adam(), label="Optimizer")
    schedule: Schedule = option(Constant(), label="Schedule", help="How the learning rate changes over the run.")
    precision: Precision = option(
        "float32", label="Precision", help="Of the products in a step; bfloat16 is faster where a device has it."
    )
