"""`python -m tests.benchmarks`: the command line of the benchmarks."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from tests.benchmarks import machine, report
from tests.benchmarks.runner import BenchmarkError, default_torch_python, measure, require_torch
from tests.benchmarks.workload import Workload
from tests.benchmarks.workloads import WORKLOADS

PEERS = {"none": (), "eager": ("torch_eager",), "all": ("torch_eager", "torch_tuned", "torch_bfloat16")}


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and write the JSON; the exit code is 2 when something is missing."""
    options = _options().parse_args(arguments)
    try:
        return run(options)
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 2


def run(options: argparse.Namespace) -> int:
    """Measure the chosen workloads one after the other."""
    console = Console(width=None if sys.stdout.isatty() else 120)
    peers = PEERS[options.peers]
    if unknown := set(options.workloads) - set(WORKLOADS):
        raise BenchmarkError(f"There is no workload {', '.join(sorted(unknown))}; choose of {', '.join(WORKLOADS)}.")
    if options.json and not options.json.resolve().parent.is_dir():
        raise BenchmarkError(f"The folder of {options.json} does not exist; create it first.")
    if any(peer in WORKLOADS[name].variants for name in options.workloads or WORKLOADS for peer in peers):
        require_torch(options.torch_python)
    found: dict[str, Any] = {
        "method": "",
        "machine": machine.describe(),
        "versions": machine.versions(),
        "workloads": {},
    }
    met = []
    for name in options.workloads or WORKLOADS:
        workload = WORKLOADS[name]
        data, examples = training_examples(workload)
        met += [data] if data not in met else []
        pythons = {
            key: options.torch_python if variant.role == "peer" else sys.executable
            for key, variant in workload.variants.items()
            if variant.role != "peer" or key in peers
        }
        measured = measure(name, pythons, examples, options.rounds, options.seconds)
        report.show(console, workload, measured)
        found["versions"] |= {"torch": measured.torch} if measured.torch else {}
        found["workloads"][name] = facts = report.facts(workload, measured)
        # The last workload's figures also lie at the top, where a reader of a single one looks for them.
        found |= {key: facts[key] for key in ("ratios", "rates", "share_of_matrix_multiply_limit")}
    found["method"] = report.method(options.rounds, options.seconds, " or ".join(met))
    console.print(found["method"], highlight=False)
    for key in ("machine", "versions"):
        console.print(f"{key}: " + ", ".join(f"{name} {value}" for name, value in found[key].items()), highlight=False)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2, allow_nan=False) + "\n")
    return 0


def training_examples(workload: Workload) -> tuple[str, np.ndarray]:
    """What the data are, and uint8 examples [N, ...]: a training split, or noise where it is not at hand."""
    from vaelab.data import available, information, load

    facts = information(workload.data)
    what = f"{facts.train:,} {'sequences' if facts.is_sequence else 'images'}"
    if available(workload.data):
        return f"{what} ({facts.title})", load(workload.data).train.images
    noise = np.random.default_rng(0).integers(0, 256, (facts.train, *facts.shape), np.uint8)
    return f"{what} (random, of the shape of {facts.title})", noise


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.benchmarks", description=__doc__)
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=f"any of {', '.join(WORKLOADS)}; all of them")
    parser.add_argument("--peers", choices=PEERS, default="eager", help="PyTorch's variants to run (eager)")
    parser.add_argument("--rounds", type=_positive(int), default=7, help="rounds that count (7)")
    parser.add_argument("--seconds", type=_positive(float), default=1.0, help="of computing per variant and round (1)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument(
        "--torch-python",
        metavar="PATH",
        default=default_torch_python(),
        help="the interpreter that has PyTorch (VAELAB_TORCH_PYTHON, or this one)",
    )
    return parser


def _positive(kind: type) -> Any:
    def parse(text: str) -> Any:
        if not 0 < (value := kind(text)) < 1e6:
            raise ValueError(text)
        return value

    parse.__name__ = "positive number"
    return parse


if __name__ == "__main__":
    sys.exit(main())
