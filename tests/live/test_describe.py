"""What a recipe says in a frame, and which knobs may be turned how far."""

import numpy as np
import pytest

from tests.live.helpers import BETA, RATE, tiny
from tests.variants import name as called
from tests.variants import recipes
from vaelab.errors import RunError
from vaelab.live.describe import decoder_names, describe, expected_parameters, initial_parameters, total_steps, tune
from vaelab.model import parameters
from vaelab.spec import replace, to_json


@pytest.mark.parametrize("recipe", recipes(), ids=called)
def test_the_program_names_the_arrays_that_travel_with_it(recipe):
    """What the program computes is held against JAX in the browser itself."""
    arrays = parameters(recipe.build(5))
    assert {name: (array.shape, array.dtype.name) for name, array in arrays.items()} == expected_parameters(recipe)
    for name, array in initial_parameters(recipe, 5, decoder_names(recipe)).items():
        np.testing.assert_array_equal(arrays[name], array)
    used = {value for layer in describe(recipe)["program"] for value in layer.values() if str(value) in arrays}
    assert used == set(decoder_names(recipe))


def test_the_header_says_what_the_recipe_is():
    header = describe(tiny())
    assert header["image_shape"] == [8, 8, 1] and header["latent"] == 2 and header["bottleneck"] == "Gaussian"
    assert header["recipe"] == to_json(tiny()) and header["classes"] == [str(digit) for digit in range(10)]
    knob = next(knob for knob in header["knobs"] if knob["path"] == BETA)
    assert knob["value"] == 1 and knob["minimum"] == 0 and knob["maximum"] == 100 and knob["logarithmic"] is True
    assert knob["label"] and knob["help"]


def test_steps_follow_from_the_recipe():
    assert total_steps(tiny(epochs=5)) == (11, 55)
    data = replace(tiny().data, examples=300)
    assert total_steps(replace(tiny(epochs=5), data=data)) == (2, 10)


def test_knobs_can_be_turned_within_their_range():
    tuned = tune(tiny(), {BETA: 4, RATE: 0.5})
    assert tuned.objective.penalties[0].weight == 4.0 and tuned.training.learning_rate == 0.5
    assert tune(tuned, {BETA: 1.0, RATE: 1e-3}) == tiny()
    assert tune(tiny(), {}) == tiny()


@pytest.mark.parametrize(
    "values",
    [
        {BETA: 101},
        {BETA: -1},
        {BETA: float("nan")},
        {BETA: float("inf")},
        {BETA: 10**400},
        {BETA: "1"},
        {BETA: True},
        {BETA: None},
        {"training.epochs": 3},
        {"__class__": 1},
        {RATE: 0.1, "no.such.knob": 1},
    ],
)
def test_other_knobs_and_values_are_refused(values):
    with pytest.raises(RunError, match="Beta must be between 0 and 100|cannot be changed during a run"):
        tune(tiny(), values)
