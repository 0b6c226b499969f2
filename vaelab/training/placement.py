"""Where the arrays of training lie: the one place that says so.

Data parallel: the state, the knobs and the data set are on every device, and each batch is split among them. Sums over
a batch, of the loss and of its gradients, become sums over the devices by the compiler's own doing; randomness is drawn
as on one device. So the result is that of one device but for the order in which numbers are added.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import numpy as np
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec

from vaelab.data import threefry
from vaelab.errors import VaelabError
from vaelab.transfer import to_device

EVERYWHERE = PartitionSpec()  # On every device: state, knobs, data set.
ROWS = PartitionSpec(None, "data")  # [steps, B]: which rows of the data each step reads, a part of each batch a device.


class Placement(NamedTuple):
    """One device, unless there is a mesh of several."""

    mesh: Mesh | None = None

    @property
    def devices(self) -> int:
        """How many devices share the work."""
        return self.mesh.size if self.mesh else 1

    def everywhere(self, tree: Any) -> Any:
        """Put a tree of arrays on every device; those of one device stay where they are."""
        return self._put(tree, EVERYWHERE) if self.mesh else jax.tree.map(to_device, tree)

    def key(self, seed: int) -> Any:
        """The key of a run, on every device."""
        if not self.mesh:
            return threefry.key(seed)
        return jax.random.wrap_key_data(self._put(threefry.words(seed), EVERYWHERE), impl=threefry.KIND)

    def rows(self, table: np.ndarray) -> Any:
        """Split a table of row numbers int32 [steps, B] by its batches; `VaelabError` where these cannot be split."""
        if not self.mesh:
            return table
        if table.shape[1] % self.devices:
            near = max(self.devices, round(table.shape[1] / self.devices) * self.devices)
            raise VaelabError(
                f"Batches of {table.shape[1]} cannot be split among {self.devices} devices; "
                f"use a multiple, such as {near}, for training.batch_size."
            )
        return self._put(table, ROWS)

    def _put(self, tree: Any, spec: PartitionSpec) -> Any:
        sharding = NamedSharding(self.mesh, spec)  # type: ignore[arg-type]

        def put(leaf: Any) -> Any:
            # Every host has all of them, and gives its devices their part; of a copy, since a device may share it.
            numbers = np.array(leaf)
            return jax.make_array_from_callback(numbers.shape, sharding, lambda part: numbers[part])

        return jax.tree.map(put, tree)


def data_parallel(count: int = 0) -> Placement:
    """All devices of all hosts, or the first `count` of this one; `VaelabError` where there are fewer."""
    devices = jax.devices()
    if count > len(devices):
        raise VaelabError(f"{count} devices were asked for, but there are {len(devices)}; ask for fewer, or for all.")
    chosen = devices[: count or None]
    if len(chosen) == 1:
        return Placement()
    return Placement(Mesh(np.array(chosen), ("data",), axis_types=(AxisType.Auto,)))
