"""Named models of the literature: each one line that picks a recipe, names its paper and says what it must reach.

Figures are of the command line's defaults on MNIST unless the text says otherwise.
"""

from vaelab.errors import RecipeError
from vaelab.presets import deterministic, variational
from vaelab.presets.preset import Preset, plane

FAMILIES = (deterministic, variational)
PRESETS: dict[str, Preset] = {
    preset.name: preset
    for family in FAMILIES
    for original in family.PRESETS
    for preset in ((original, plane(original)) if original in family.FOR_THE_MAP else (original,))
}

__all__ = ["PRESETS", "Preset", "preset"]


def preset(name: str) -> Preset:
    """Look a preset up by name; raises `RecipeError` listing the names when there is none."""
    if name not in PRESETS:
        raise RecipeError(f"There is no preset {name!r}; choose one of {', '.join(PRESETS)}, or give a recipe file.")
    return PRESETS[name]
