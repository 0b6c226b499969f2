"""The workloads by name: a new one is a file here and its name below."""

from tests.benchmarks.workload import Workload
from tests.benchmarks.workloads import conv, dense

WORKLOADS: dict[str, Workload] = {"dense": dense.WORKLOAD, "conv": conv.WORKLOAD}
