"""Run a piece of code in a process of its own, whose memory is measured, or limited."""

import json
import subprocess
import sys
from typing import Any

_BEFORE = """
import json, re, resource, sys
from pathlib import Path

def peak():
    # The system's own count begins with that of the process that started this one.
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\\s+([0-9]+)", status.read_text())[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

limit = {limit}
if limit:
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
"""
_AFTER = """
print(json.dumps([result, peak()]))
"""


def run(program: str, *arguments: object, limit: int = 0, timeout: float = 280) -> tuple[Any, int]:
    """What the program has put into `result`, and the bytes of memory that it needed at most."""
    code = _BEFORE.format(limit=limit) + program + _AFTER
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=timeout
    )
    assert done.returncode == 0, done.stderr[-3000:]
    result, peak = json.loads(done.stdout.splitlines()[-1])
    return result, peak
