"""Every preset trains for a few steps, saves, and reloads to equal outputs; each names a paper, axes and a figure."""

import re

import numpy as np
import pytest

from vaelab.assign import assign
from vaelab.data import available, load
from vaelab.latent import decode, encode
from vaelab.model import load_parameters, parameters
from vaelab.presets import PRESETS, preset
from vaelab.training.loop import Controls

pytestmark = pytest.mark.usefixtures("forgetful")

# The presets that must exist, whatever others do.
REQUIRED = (
    "linear_ae ae deep_ae overcomplete_ae sparse_ae k_sparse_ae denoising_ae masked_ae contractive_ae conv_ae "
    "recurrent_ae regularized_ae vae conv_vae beta_vae iwae tc_vae info_vae conditional_vae vq_vae recurrent_vae"
).split()
STEPS = 3


def test_the_shelves_are_full():
    assert set(REQUIRED) <= set(PRESETS)
    assert len(PRESETS) >= 30
    for entry in PRESETS.values():
        assert re.search(r"\b(19|20)\d\d\b", entry.paper) and entry.figure and entry.title


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_trains_and_reloads_to_equal_outputs(name):
    recipe = preset(name).recipe
    if not available(recipe.data.name):
        recipe = assign(recipe, "data.name=waves")  # Strokes are downloaded at their first use.
    dataset = load(recipe.data.name)
    # As many examples as fill a few steps: whole networks, but one short epoch.
    batch = 16
    recipe = assign(recipe, "training.epochs=1", f"training.batch_size={batch}", f"data.examples={STEPS * batch}")
    chunks = list(recipe.train(seed=1, dataset=dataset, controls=Controls(steps=STEPS)))
    assert chunks[-1].step == STEPS
    assert all(np.isfinite(value) for chunk in chunks for value in chunk.metrics.values())
    model = recipe.restore(chunks[-1].state)
    loaded = recipe.build(seed=2)
    load_parameters(loaded, parameters(model))
    images, labels = dataset.test.images[:8], dataset.test.labels[:8]
    codes, _ = encode(model, images, labels)
    np.testing.assert_array_equal(codes, encode(loaded, images, labels)[0])
    decoded = decode(model, recipe.objective.likelihood, codes, labels)
    assert decoded.shape == images.shape and np.isfinite(decoded).all()
    np.testing.assert_array_equal(decoded, decode(loaded, recipe.objective.likelihood, codes, labels))
