"""How examples come to the steps that read them: all at once onto the device, or block by block from where they are.

Which rows a step reads is a function of the run's seed and the step, so both ways give the same run bit for bit; a
memory-mapped array larger than the memory trains like any other, with two blocks of it in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

import jax
import numpy as np

from vaelab.data.batches import rows
from vaelab.training.chunk import longest_chunk
from vaelab.training.placement import Placement

RESIDENT = 1 << 30  # Bytes of examples that a processor's memory takes whole; of an accelerator's, a quarter.
BLOCK = 32 << 20  # Bytes of examples that are read ahead.


class Examples(NamedTuple):
    """Where examples are and in which order they are read, the same for all runs that read them."""

    images: np.ndarray  # uint8 [N, ...], perhaps memory-mapped
    labels: np.ndarray  # int [N]
    batch_size: int
    seeds: tuple[int, ...]  # each reads in an order of its own
    total: int  # steps in all

    @property
    def batch(self) -> int:
        """Examples in a step."""
        return min(self.batch_size, len(self.images))

    def rows(self, seed: int, step: int, count: int) -> np.ndarray:
        """int32 [count, B]: what the steps from `step` on read."""
        return rows(len(self.images), self.batch_size, seed, step, count)


class Portion(NamedTuple):
    """What some steps read."""

    data: tuple[Any, Any]  # uint8 [M, H * W * C], int32 [M], on the device
    tables: dict[int, Any]  # by seed: int32 [longest_chunk(B), B], the rows of `data` that each step reads


class Feed(Protocol):
    """A way for examples to come."""

    def steps(self, step: int) -> int:
        """How many steps from this one on can be read at once."""
        ...

    def read(self, step: int, count: int) -> Portion:
        """What `count` steps from this one on read."""
        ...


@contextmanager
def feeding(examples: Examples, placement: Placement) -> Iterator[Feed]:
    """The way that suits the amount of data, until the last step."""
    if examples.images.nbytes <= resident_bytes():
        yield Resident(examples, placement)
        return
    with ThreadPoolExecutor(1, "vaelab-feed") as reader:
        yield Streamed(examples, placement, reader)


def resident_bytes() -> int:
    """How many bytes of examples the device holds whole."""
    limit = (jax.local_devices()[0].memory_stats() or {}).get("bytes_limit", 0)
    return limit // 4 or RESIDENT


class Resident:
    """All examples lie on the device."""

    def __init__(self, examples: Examples, placement: Placement):
        self._examples, self._placement = examples, placement
        self._data = placement.everywhere(_flat(examples.images, examples.labels))

    def steps(self, step: int) -> int:
        """As many as are left, and as a table holds."""
        return min(longest_chunk(self._examples.batch), self._examples.total - step)

    def read(self, step: int, count: int) -> Portion:
        """The rows themselves."""
        tables = {seed: self._examples.rows(seed, step, count) for seed in self._examples.seeds}
        return Portion(self._data, {seed: self._placement.rows(_table(rows)) for seed, rows in tables.items()})


class Streamed:
    """A block of steps lies on the device; while it is worked through, a thread reads the next one."""

    def __init__(self, examples: Examples, placement: Placement, reader: ThreadPoolExecutor):
        self._examples, self._placement, self._reader = examples, placement, reader
        bytes_per_step = len(examples.seeds) * examples.batch * max(1, examples.images[:1].nbytes)
        self._length = min(longest_chunk(examples.batch), max(1, BLOCK // bytes_per_step))  # Steps in a block.
        self._blocks: dict[int, Future[tuple[Any, Any]]] = {}

    def steps(self, step: int) -> int:
        """Those that are left of the block."""
        return min(self._length - step % self._length, self._examples.total - step)

    def read(self, step: int, count: int) -> Portion:
        """Rows of the block; the next one is asked for."""
        offset, first = step % self._length, step - step % self._length
        wanted = [start for start in (first, first + self._length) if start < self._examples.total]
        self._blocks = {start: self._blocks.get(start) or self._reader.submit(self._block, start) for start in wanted}
        size = self._length * self._examples.batch
        here = np.arange(offset * self._examples.batch, (offset + count) * self._examples.batch, dtype=np.int32)
        here = here.reshape(count, -1)
        tables = {seed: _table(here + index * size) for index, seed in enumerate(self._examples.seeds)}
        data = self._blocks[first].result()
        return Portion(data, {seed: self._placement.rows(table) for seed, table in tables.items()})

    def _block(self, first: int) -> tuple[Any, Any]:
        """The examples of a block's steps in the order in which they are read, seed after seed."""
        wanted = np.concatenate([self._examples.rows(seed, first, self._length) for seed in self._examples.seeds])
        wanted = wanted.ravel()
        order = np.argsort(wanted)  # A disk is read forwards.
        images = np.empty((len(wanted), *self._examples.images.shape[1:]), np.uint8)
        images[order] = self._examples.images[wanted[order]]
        return self._placement.everywhere(_flat(images, self._examples.labels[wanted]))


def _flat(images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of pixels, so that the innermost axis is long."""
    return images.reshape(len(images), -1), np.asarray(labels, np.int32)


def _table(found: np.ndarray) -> np.ndarray:
    """Rows in a table of one size, whatever the number of steps: one compiled program serves all."""
    table = np.zeros((longest_chunk(found.shape[1]), found.shape[1]), np.int32)
    table[: len(found)] = found
    return table
