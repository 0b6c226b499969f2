"""Parts of a sweep on the nodes of a Ray cluster.

What travels to a node is a command line, and what comes back is how it ended; the runs are in a folder that all nodes
see. Where a part runs, and that it runs again where its node was lost, is Ray's doing; a part that runs again goes on
from the newest saved steps, as any command does. A cluster takes commands from whoever can reach it: keep it on a
private network, with Ray's own authentication on.
"""

from __future__ import annotations

import contextlib
import io
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from vaelab.cli.output import remark
from vaelab.errors import RunError

if TYPE_CHECKING:
    from vaelab.cli.signals import Interruption

RETRIES = 3  # Of a part whose node was lost.
KNOCK = 5.0  # Seconds in which a cluster must answer.
LOOK = 1.0  # Seconds between two looks for a signal.


class Ending(NamedTuple):
    """How a command ended on its node."""

    code: int
    words: str  # its last line


def run_parts(address: str, command: Sequence[str], most: int, interruption: Interruption) -> None:
    """Run `command --part 1/N`, ... on the nodes of a cluster, a part for each node, or for each GPU where it has any.

    A signal stops all parts, which save first. Raises `RunError` without Ray or the cluster, or with what went wrong
    on a node.
    """
    ray = _ray()
    try:
        _knock(address)
        ray.init(address=address, log_to_driver=False, logging_level="error")
    except (OSError, ValueError, RuntimeError, AssertionError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "no answer"
        raise RunError(f"There is no Ray cluster at {address!r:.80} ({reason:.160}); start one first.") from error
    try:
        gpus = int(ray.cluster_resources().get("GPU", 0))
        count = min(most, gpus or sum(node["Alive"] for node in ray.nodes()))
        task = ray.remote(max_retries=RETRIES, scheduling_strategy="SPREAD", num_cpus=1, num_gpus=min(gpus, 1))(_run)
        parts = {f"{index}/{count}": [*command, "--part", f"{index}/{count}"] for index in range(1, count + 1)}
        remark(f"{count} parts on the cluster at {address}. Ctrl-C saves and stops.")
        failed = _wait(ray, {task.remote(words): part for part, words in parts.items()}, interruption)
    finally:
        ray.shutdown()
    if failed:
        raise RunError(" ".join(f"Part {part} failed: {words}" for part, words in sorted(failed.items())))


def _wait(ray: Any, pending: dict[Any, str], interruption: Interruption) -> dict[str, str]:
    """Until all have ended; the last words of those that failed."""
    failed, told = {}, False
    while pending:
        if interruption.signal and not told:
            told = True
            for reference in pending:
                ray.cancel(reference)  # What Ctrl-C would do there.
        for reference in ray.wait([*pending], timeout=LOOK)[0]:
            part = pending.pop(reference)
            try:
                ending = ray.get(reference)
            except ray.exceptions.TaskCancelledError:
                continue  # It had not begun.
            except ray.exceptions.RayError as error:
                failed[part] = str(error).strip().splitlines()[-1][:300]
                continue
            remark(f"Part {part}: {ending.words}")
            if ending.code and not told:
                failed[part] = ending.words
    return failed


def _run(words: list[str]) -> Ending:
    """The command in this very process, which Ray watches: nothing goes on where the cluster believes it has ended."""
    from vaelab.cli.application import app

    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = app(words, standalone_mode=False) or 0
    lines = [line.strip() for line in said.getvalue().splitlines() if line.strip()]
    return Ending(int(code), lines[-1] if lines else "")


def _knock(address: str) -> None:
    """Raise `OSError` where nothing answers at HOST:PORT: Ray would ask for minutes."""
    host, _, port = address.rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.rpartition("/")[2], int(port)), KNOCK).close()


def _ray() -> Any:
    try:
        import ray  # pyright: ignore[reportMissingImports]
        import ray.exceptions  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise RunError("A sweep on a cluster needs Ray: install it with pip install 'vaelab[ray]'.") from None
    return ray
