"""The states of a run, and what each command wishes for."""

from __future__ import annotations

from vaelab.live.control import Control

WORKING = ("starting", "compiling", "training")  # A worker must be alive in these.
RESUMABLE = ("paused", "stopped", "interrupted", "diverged", "failed")  # Without a worker, these can train on.
OVER = ("finished", "trained")
STATES = ("queued", *WORKING, "paused", "finished", "stopped", "interrupted", "diverged", "failed", "trained")


def _pause(control: Control) -> Control:
    return control._replace(wanted="pause")


def _resume(control: Control) -> Control:
    return control._replace(wanted="run")


def _step(control: Control) -> Control:
    # A running total: two wishes that are read at once are still two steps.
    return control._replace(wanted="pause", steps=control.steps + 1)


def _stop(control: Control) -> Control:
    return control._replace(wanted="stop")


COMMANDS = {"pause": _pause, "resume": _resume, "step": _step, "stop": _stop}
