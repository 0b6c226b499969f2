"""Benchmarks: `python -m tests.benchmarks [WORKLOAD ...]` measures vaelab beside PyTorch and the machine's limit.

A workload is one file in `workloads`; it names what runs and how each variant is prepared. Every variant lives in a
process of its own (`worker`), told over a pipe to compute for a moment and then to wait (`runner`), so that only one
computes at a time and all meet the same machine. What the rounds say is worked out in `report`.
"""
