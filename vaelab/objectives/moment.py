"""What an objective knows of the step it is computed in, and what it returns."""

from typing import Any, NamedTuple


class Moment(NamedTuple):
    """A step of training: its randomness and how far the run has come."""

    key: Any  # a JAX key of this step alone
    fraction: Any  # of the run's steps, in [0, 1)


class Result(NamedTuple):
    """What goes out of an objective beside the number to minimize."""

    metrics: dict[str, Any]  # scalars in nats per example, "loss" among them
    code: Any  # of the batch, for bottlenecks that learn from codes
