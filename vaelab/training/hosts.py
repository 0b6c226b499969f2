"""Several hosts training one model: how they meet, and how they stay in step.

JAX does the work: it knows the hosts of a SLURM job, of Kubernetes and of a TPU pod by itself, or is told an address,
and it moves the numbers. The connections are not encrypted and ask for no password: they belong on a private network.
Every host takes the same steps at the same time, so whatever depends on a clock or a signal is agreed upon first.
"""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

import jax
import numpy as np
from jax.experimental import multihost_utils

from vaelab.errors import VaelabError

HEARTBEAT, SHUTDOWN = 20, 10  # Seconds until a host that is silent is given up, or is no longer waited for at the end.
WANTED = "--hosts wants auto, or ADDRESS:PORT,COUNT,INDEX such as 10.0.0.1:9000,2,0"
LOST = ("gloo", "connection closed", "connection reset", "coordination", "heartbeat", "distributed service", "nccl")


def join(text: str) -> None:
    """Meet the other hosts: "auto" as the cluster says, else "ADDRESS:PORT,COUNT,INDEX", the address of the first.

    Must come before anything is computed. Raises `VaelabError` where the text makes no sense or nobody answers.
    """
    jax.config.update("jax_enable_preemption_service", False)  # It would take SIGTERM away from us.
    try:
        if text == "auto":
            jax.distributed.initialize(heartbeat_timeout_seconds=HEARTBEAT, shutdown_timeout_seconds=SHUTDOWN)
            return
        address, count, index = _parse(text)
        jax.distributed.initialize(
            address, count, index, heartbeat_timeout_seconds=HEARTBEAT, shutdown_timeout_seconds=SHUTDOWN,
            initialization_timeout=60,
        )  # fmt: skip
    except (RuntimeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise VaelabError(f"The hosts did not find each other: {reason:.200} {WANTED}.") from error


def _parse(text: str) -> tuple[str, int, int]:
    parts = text.split(",")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts[1:]):
        raise VaelabError(f"{WANTED}, but got {text!r:.80}.")
    address, count, index = parts[0], int(parts[1]), int(parts[2])
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536 or not 0 <= index < count:
        raise VaelabError(f"{WANTED}, with an index from 0 to one less than the count, but got {text!r:.80}.")
    return address, count, index


def several() -> bool:
    """Whether this process is one of several."""
    return jax.process_count() > 1


def first() -> bool:
    """Whether this is the host that writes."""
    return jax.process_index() == 0


def agree(number: int) -> int:
    """The number of the first host, on all of them."""
    return int(multihost_utils.broadcast_one_to_all(np.int32(number))) if several() else number


def heard(signal: int | None) -> int | None:
    """The signal that has come to any host, if one has."""
    if not several():
        return signal
    return int(np.max(multihost_utils.process_allgather(np.int32(signal or 0)))) or None


def share(tree: Any) -> Any:
    """The arrays of the first host, on all of them."""
    return multihost_utils.broadcast_one_to_all(tree) if several() else tree


def lost(error: Exception) -> bool:
    """Whether an error says that another host has gone."""
    return several() and any(word in str(error).lower() for word in LOST)


def abandon(sentence: str) -> NoReturn:
    """Say why, and end at once: JAX would wait for the host that has gone, and then abort with its own words."""
    print(sentence, file=sys.stderr, flush=True)
    os._exit(1)
