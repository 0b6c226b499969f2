"""Every preset can be carried over to every data set, or says in a sentence why not."""

import pytest

from vaelab.data import information, names
from vaelab.errors import RecipeError
from vaelab.objectives import FixedGaussian
from vaelab.presets import PRESETS
from vaelab.presets.adaptation import suited


@pytest.mark.parametrize("data", names())
def test_presets_fit_all_data(data):
    fitted = 0
    for preset in PRESETS.values():
        try:
            recipe = suited(preset.recipe, data)
        except RecipeError as error:
            assert str(error).endswith(".")
            continue
        fitted += 1
        assert recipe.data.name == data
        if not information(data).is_sequence and preset.recipe.data.name in ("digits", "mnist"):
            assert recipe.objective == preset.recipe.objective and recipe.backbone == preset.recipe.backbone
    assert fitted > 0.8 * len(PRESETS)


def test_a_vae_of_strokes_has_a_gaussian_likelihood():
    recipe = suited(PRESETS["conv_vae"].recipe, "pendigits")
    assert isinstance(recipe.objective.likelihood, FixedGaussian)
    assert recipe.data.binarization == "none"
    assert recipe.bottleneck == PRESETS["conv_vae"].recipe.bottleneck
