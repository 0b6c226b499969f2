"""The workloads by name: a new one is a file here and its name below."""

from tests.benchmarks.workload import Workload
from tests.benchmarks.workloads import contractive, conv, dense, masked, recurrent, stream, sweep, using

WORKLOADS: dict[str, Workload] = {
    "dense": dense.WORKLOAD,
    "dense_512": dense.LARGE_BATCHES,
    "dense_tiny": dense.TINY,
    "conv": conv.WORKLOAD,
    "conv_4x4": conv.OVERLAPPING,
    "masked": masked.WORKLOAD,
    "recurrent": recurrent.WORKLOAD,
    "contractive": contractive.WORKLOAD,
    "encode": using.ENCODE,
    "decode": using.DECODE,
    "grid": using.GRID,
    "likelihood": using.LIKELIHOOD,
    "stream": stream.WORKLOAD,
    "sweep_tiny": sweep.TINY,
    "sweep_dial": sweep.DIAL,
    "sweep": sweep.SMALL,
    "sweep_dense": sweep.DENSE,
}
