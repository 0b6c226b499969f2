"""What a workload is: variants of one task, each a generator of finished examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple

import numpy as np

Work = Iterator[int]  # Yields how many examples were finished since it last yielded.
Role = Literal["subject", "baseline", "peer", "limit"]
How = Literal["eager", "tuned", "bfloat16"]  # How PyTorch trains: as users get it, at its best, in mixed precision.


class Variant(NamedTuple):
    """One way to do the workload's task, run in a process of its own."""

    title: str
    role: Role  # what is measured; what it is measured against, ours or PyTorch; or the least that it could take
    computes: str  # what exactly one step does, for the report
    work: Callable[[np.ndarray], Work]  # from uint8 examples [N, ...]; what it needs is imported at the call
    environment: Callable[[], Mapping[str, str]] = dict  # of its process, besides ours; made when it starts


class Workload(NamedTuple):
    """A task and its variants by name; the first subject is the headline's."""

    title: str
    variants: dict[str, Variant]
    unit: str = "images"
    data: str = "mnist"  # The data set whose training examples, or noise of their shape, the variants are given.
