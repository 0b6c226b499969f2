"""A live process with one variant: it prepares, says so, and then computes only when told to.

One line of JSON each way: the runner sends `{"seconds": s}`, the worker computes until that much time has passed
and answers with the examples that were finished, the time, and the processor time of all its threads.
"""

from __future__ import annotations

import json
import os
import sys
import time

import numpy as np

from tests.benchmarks.workload import Work
from tests.benchmarks.workloads import WORKLOADS


def main(workload: str, variant: str, examples: str) -> None:
    """Serve slices of a variant's work until the pipe closes."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # What libraries print must not be taken for an answer.
    work = WORKLOADS[workload].variants[variant].work(np.load(examples, mmap_mode="r"))
    next(work)  # Compiles.
    torch = sys.modules.get("torch")
    print(json.dumps({"torch": getattr(torch, "__version__", None)}), file=answers)
    for line in sys.stdin:
        print(json.dumps(slice_of(work, json.loads(line)["seconds"])), file=answers)


def slice_of(work: Work, seconds: float) -> dict[str, float]:
    """Whole yields of work until the time is up."""
    examples, started, processor = 0, time.perf_counter(), time.process_time()
    while (passed := time.perf_counter() - started) < seconds:
        examples += next(work)
    return {"examples": examples, "seconds": passed, "processor_seconds": time.process_time() - processor}


if __name__ == "__main__":
    main(*sys.argv[1:])
