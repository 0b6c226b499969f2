"""Data parallel training on eight virtual devices: the result of one device, to rounding."""

import json
import os
import subprocess
import sys

import jax
import numpy as np
import pytest
from jax.sharding import Mesh

from tests.test_transfer import aligned
from vaelab.errors import VaelabError
from vaelab.training import hosts
from vaelab.training.placement import Placement, data_parallel

# One line of JSON: the loss after 1,000 steps, how many programs were compiled, where the parameters lie.
SCRIPT = """
import json, sys
import jax
from vaelab.assign import assign
from vaelab.presets import preset
from vaelab.training.chunk import run_chunk
from vaelab.training.loop import Controls
from vaelab.training.placement import data_parallel

recipe = assign(preset(sys.argv[1]).recipe, "data.name=digits", "training.epochs=46", "training.batch_size=64",
                *sys.argv[3:])
placement = data_parallel()
losses = []
for progress in recipe.train(seed=3, placement=placement, controls=Controls(steps=100, seconds=60)):
    losses.append(progress.metrics["loss"])
    if progress.step >= int(sys.argv[2]):
        break
leaf = jax.tree.leaves(progress.state.parameters)[0]
print(json.dumps({"devices": placement.devices, "step": progress.step, "losses": losses[-3:],
                  "compiled": run_chunk._cache_size(), "replicated": leaf.sharding.is_fully_replicated}))
"""


def trained(devices, *arguments):
    """What the script says on so many virtual devices."""
    environment = {**os.environ, "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}"}
    found = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments], env=environment, capture_output=True, text=True, timeout=280
    )
    assert found.returncode == 0, found.stderr[-2000:]
    return json.loads(found.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "arguments",
    [
        ("vae_2d", "1000", "backbone.hidden=32"),
        ("info_vae", "100", "backbone.hidden=16", "bottleneck.size=3"),  # Its penalty reads all pairs of a batch.
    ],
    ids=["vae", "info_vae"],
)
def test_promise_05_eight_devices_reach_the_loss_of_one(arguments):
    one, eight = trained(1, *arguments), trained(8, *arguments)
    assert (one["devices"], eight["devices"]) == (1, 8)
    assert one["step"] == eight["step"] >= int(arguments[1])
    np.testing.assert_allclose(eight["losses"], one["losses"], rtol=1e-4)
    assert eight["losses"] != one["losses"]  # Sums over a batch are taken in another order: it was split.
    assert one["compiled"] == eight["compiled"] == 1 and eight["replicated"]


def test_batches_that_cannot_be_split_are_refused_in_words():
    class Eight:
        size = 8

    with pytest.raises(VaelabError, match="Batches of 100 cannot be split among 8 devices; use a multiple, such as 96"):
        Placement(Eight()).rows(np.zeros((4, 100), np.int32))  # type: ignore[arg-type]


def test_more_devices_than_there_are():
    with pytest.raises(VaelabError, match="4096 devices were asked for, but there"):
        data_parallel(4096)
    assert data_parallel(1).devices == 1


@pytest.mark.parametrize("text", ["", "10.0.0.1:9000", "10.0.0.1,2,0", "h:99999,2,0", "h:90,2,2", "h:90,x,0"])
def test_hosts_that_make_no_sense(text):
    with pytest.raises(VaelabError, match="--hosts wants auto, or ADDRESS:PORT,COUNT,INDEX"):
        hosts.join(text)


@pytest.mark.parametrize("meshed", [False, True], ids=["one device", "a mesh"])
def test_what_a_caller_changes_later_does_not_reach_the_devices(meshed):
    placement = Placement(Mesh(np.array(jax.devices()[:1]), ("data",)) if meshed else None)
    images = aligned((64, 16))
    here = placement.everywhere({"images": images})["images"]
    images += 1
    np.testing.assert_array_equal(here, np.zeros((64, 16)))
