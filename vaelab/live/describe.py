"""What a recipe alone says in a frame: the programs, the shapes, the classes, the knobs. No JAX."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

import numpy as np

from vaelab.data import information, steps_per_epoch
from vaelab.errors import RunError
from vaelab.nets import Layer, Program
from vaelab.nets.initializer import Initializer
from vaelab.recipe import Recipe, turned
from vaelab.spec import knobs, to_json


def describe(recipe: Recipe) -> dict[str, Any]:
    """The part of a frame's header that follows from the recipe."""
    return {
        "recipe": to_json(recipe),
        "image_shape": list(recipe.shape),
        "latent": recipe.architecture().latent,
        "condition": recipe.data.condition,
        "has_prior": recipe.follows_prior,
        "bottleneck": type(recipe.bottleneck).__name__,
        "program": program(recipe),
        "knobs": [
            {
                "path": knob.path,
                "label": knob.setting.label or knob.path,
                "value": knob.value,
                "minimum": knob.setting.minimum,
                "maximum": knob.setting.maximum,
                "logarithmic": knob.setting.logarithmic,
                "help": knob.setting.help,
            }
            for knob in knobs(recipe).values()
        ],
        "classes": list(information(recipe.data.name).classes),
    }


def program(recipe: Recipe) -> list[dict[str, Any]]:
    """The layers from a code to the mean image, each with the names of its arrays: what the browser computes."""
    generator = recipe.architecture().generator()
    likelihood = recipe.objective.likelihood
    mean = likelihood.mean_layers(likelihood.output_shape(recipe.shape))
    return [*(layer for part, network in generator for layer in _layers(part, network)), *map(_plain, mean)]


def encoder_program(recipe: Recipe) -> list[dict[str, Any]]:
    """The layers from an image to the statistics of its code, as `program`.

    Where the model is told the class, a layer of the kind "tell" adds it, as one-hot numbers, to every feature vector.
    """
    design = recipe.architecture()
    told = [{"kind": "tell", "classes": design.classes}] if design.classes else []
    selection = map(_plain, design.bottleneck.selection())
    return [*_layers("encoder", design.encoder), *told, *_layers("head", design.head), *selection]


def encoder_names(recipe: Recipe) -> list[str]:
    """The names of the arrays that the encoder's program reads."""
    design = recipe.architecture()
    return [f"{part}/{name}" for part in ("encoder", "head") for name in design.programs()[part].parameters()]


def decoder_names(recipe: Recipe) -> list[str]:
    """The names of the arrays that the program reads."""
    generator = recipe.architecture().generator()
    own = [f"{part}/{name}" for part, network in generator for name in network.parameters()]
    return own + [path for _, network in generator for path in network.borrowed()]


def initial_parameters(recipe: Recipe, seed: int, names: list[str]) -> dict[str, np.ndarray]:
    """Arrays before the first step: the very numbers that training will start from."""
    shapes, initial = recipe.architecture().parameters(), Initializer(seed)
    return {name: initial(name, shapes[name]) for name in names}


def expected_parameters(recipe: Recipe) -> dict[str, tuple[tuple[int, ...], str]]:
    """Shape and type of every array that a checkpoint of this recipe must have."""
    return {name: (shape, "float32") for name, shape in recipe.architecture().parameters().items()}


def total_steps(recipe: Recipe) -> tuple[int, int]:
    """Steps per epoch and in all."""
    count = recipe.data.examples or information(recipe.data.name).train
    per_epoch = steps_per_epoch(count, recipe.training.batch_size)
    return per_epoch, per_epoch * recipe.training.epochs


def tune(recipe: Recipe, values: dict[str, Any]) -> Recipe:
    """The recipe with some knobs turned; raises `RunError` or `RecipeError` naming the knob and its range."""
    known = knobs(recipe)
    for path, value in values.items():
        if path not in known:
            raise RunError(f"{path!r:.80} cannot be changed during a run; {', '.join(known)} can.")
        setting = known[path].setting
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        low = -sys.float_info.max if setting.minimum is None else setting.minimum
        high = sys.float_info.max if setting.maximum is None else setting.maximum
        if not number or not low <= value <= high:  # False for NaN too.
            raise RunError(f"{setting.label or path} must be between {low:g} and {high:g}, but got {value!r:.40}.")
    return turned(recipe, values)


def _layers(part: str, network: Program) -> list[dict[str, Any]]:
    """The layers of a program, each with the names of its arrays."""
    return [
        _plain(layer) | {array: f"{part}/{index}/{array}" for array in layer.parameters()} | layer.borrowed()
        for index, layer in enumerate(network.layers)
    ]


def _plain(layer: Layer) -> dict[str, Any]:
    return {"kind": layer.kind, **dataclasses.asdict(layer)}
