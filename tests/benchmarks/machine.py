"""The machine that computes: what it is, and how busy others keep it."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

PACKAGES = ("vaelab", "jax", "jaxlib", "flax", "optax")


def describe() -> dict[str, Any]:
    """Processor, cores, load average over 1, 5 and 15 minutes, system."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_average": [round(load, 2) for load in psutil.getloadavg()],
        "system": f"{platform.system()} {platform.machine()}",
    }


def versions() -> dict[str, str]:
    """Of Python and of what vaelab computes with, in this process."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def busy_seconds() -> float:
    """Processor seconds that all cores together have spent since the machine started, whoever asked for them."""
    times = psutil.cpu_times()
    idle = ("idle", "iowait", "guest", "guest_nice")  # A guest's time is counted as its user's already.
    return sum(times) - sum(getattr(times, name, 0.0) for name in idle)


def _processor() -> str:
    """The processor's name where the system tells it, such as "AMD EPYC, family 25, model 17"."""
    try:
        lines = Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    facts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    details = [f"{key.removeprefix('cpu ')} {facts[key]}" for key in ("cpu family", "model") if key in facts]
    return ", ".join([facts.get("model name") or platform.machine(), *details])
