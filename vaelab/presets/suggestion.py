"""What to train on data that nobody has seen before: a preset, a few settings, and one sentence why."""

from __future__ import annotations

import math
from typing import NamedTuple

from vaelab.data.own.card import Card
from vaelab.presets import preset
from vaelab.presets.adaptation import suited
from vaelab.recipe import Recipe

_STEPS = 4_000  # After which a small model has learned most of what it will.
_BATCH, _LEAST_BATCH = 128, 16
_PER_EPOCH = 16  # Steps at least, where batches may be smaller for it: few examples would make few steps.
_FEWEST, _MOST = 5, 300  # Epochs.
_PLANE = 0.6  # Of the variance in two components: then two numbers are enough for a first look.
_DRAWN = 0.8  # Of the values nearly black or white: then pixels can be taken for draws of zeros and ones.
_CONVOLVED = 16  # Pixels per side from which convolutions pay.


class Suggestion(NamedTuple):
    """A recipe by its preset and the fields that differ from it, as `--set` and links say them."""

    preset: str
    settings: tuple[str, ...]
    reason: str  # One sentence.

    def recipe(self, data: str) -> Recipe:
        """The recipe on the data; raises `RecipeError` where it does not fit."""
        from vaelab.assign import assign

        return assign(suited(preset(self.preset).recipe, data), *self.settings)


def suggest(card: Card) -> Suggestion:
    """A first recipe for data: backbone and likelihood by what they are, latents by their variance, epochs by count."""
    batch = next(size for size in (128, 64, 32, 16) if size == _LEAST_BATCH or card.train >= _PER_EPOCH * size)
    epochs = min(max(math.ceil(_STEPS * batch / card.train), _FEWEST), _MOST)
    latents = _latents(card)
    settings = (f"bottleneck.size={latents}", f"training.epochs={epochs}")
    settings += (f"training.batch_size={batch}",) if batch != _BATCH else ()
    explained = card.explained()
    sized = f"{latents} latents, since {explained[0].lower()}{explained[1:]} hold 90 % of the variance"
    if len(card.shape) == 2:
        if card.shape[1] > 1:
            return Suggestion(
                "recurrent_vae", (*settings, "training.learning_rate=0.003"),
                f"A recurrent network for sequences of {card.shape[0]} steps, with {sized}.",
            )  # fmt: skip
        return Suggestion(
            "vae", (*settings, 'backbone={"kind":"Dense","hidden":[128]}'),
            f"A dense network with a Gaussian likelihood for rows of {card.shape[0]} numbers, with {sized}.",
        )  # fmt: skip
    height, width, channels = card.shape
    convolved = min(height, width) >= _CONVOLVED
    kind = "Convolutions" if convolved else "A dense network"
    channels_of_levels = "32,64" if max(height, width) < 48 else "32,64,128"
    backbone = (f'backbone={{"kind":"Conv","channels":[{channels_of_levels}]}}',) if convolved else ()
    size = f"{width} x {height} pixels"
    if channels == 1 and card.extreme >= _DRAWN:
        return Suggestion(
            "vae", (*settings, *backbone),
            f"{kind} for {size} and a Bernoulli likelihood, as nearly all of them are black or white, with {sized}.",
        )  # fmt: skip
    tones = "colours" if channels == 3 else "grey levels"
    return Suggestion(
        "sigma_vae", (*settings, *backbone),
        f"{kind} for {size} in {tones} and a Gaussian likelihood that finds its own noise level, with {sized}.",
    )  # fmt: skip


def _latents(card: Card) -> int:
    if float(card.spectrum[:2].sum()) >= _PLANE:
        return 2
    numbers = math.prod(card.shape)
    return max(2, min(32, numbers // 2, math.ceil(card.components(0.9) / 2)))
