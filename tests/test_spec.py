"""Specs: strict in both directions, and a recipe survives its JSON."""

import json

import pytest

from tests.variants import name, recipes
from vaelab.assign import assign
from vaelab.bottlenecks import Point
from vaelab.errors import RecipeError
from vaelab.nets import Backbone, Conv, Dense
from vaelab.objectives import L1, FixedGaussian, GaussianKL
from vaelab.recipe import Recipe, from_json
from vaelab.spec import choices, convert, fields, knobs, substitute, to_json, without_knobs


@pytest.mark.parametrize("recipe", recipes(), ids=name)
def test_a_recipe_equals_its_json(recipe):
    assert from_json(json.loads(json.dumps(to_json(recipe)))) == recipe


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "Dense", "hidden": [400], "depth": 3}, "Dense has no field depth; it has hidden, activation"),
        ({"kind": "Resnet"}, "unknown kind 'Resnet'; choose one of Dense, Conv"),
        ({"hidden": [4]}, "unknown kind None"),
        ({"kind": ["Dense"]}, "unknown kind"),
        ({"kind": "Dense", "hidden": [0]}, "between 1 and 8192, but got 0"),
        ({"kind": "Dense", "hidden": [10**30]}, "between 1 and 8192"),
        ({"kind": "Dense", "hidden": [1] * 17}, "at most 16 items"),
        ({"kind": "Dense", "hidden": [True]}, "must be a whole number, but got True"),
        ({"kind": "Dense", "hidden": "400"}, "must be a list"),
        ({"kind": "Dense", "activation": "__class__"}, "must be one of relu, tanh"),
        ([], "must be one of Dense, Conv"),
    ],
)
def test_a_file_can_select_only_what_exists(change, sentence):
    with pytest.raises(RecipeError, match=".*") as error:
        convert(Backbone, change, "recipe.backbone")
    assert sentence in str(error.value)
    assert "recipe.backbone" in str(error.value) or "Dense" in str(error.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, "1", None, True])
def test_a_weight_must_be_a_number_in_range(value):
    with pytest.raises(RecipeError, match="GaussianKL.weight must be"):
        GaussianKL(weight=value)


@pytest.mark.parametrize(
    ("assignment", "reached"),
    [
        ("backbone.hidden=500", lambda r: r.backbone == Dense(hidden=(500,))),
        ("backbone.hidden=500,200", lambda r: r.backbone == Dense(hidden=(500, 200))),
        ("backbone.hidden=[]", lambda r: r.backbone == Dense(hidden=())),
        ("backbone.hidden=", lambda r: r.backbone == Dense(hidden=())),
        ("backbone.activation=tanh", lambda r: r.backbone == Dense(activation="tanh")),
        ("backbone=Conv", lambda r: r.backbone == Conv()),
        ('backbone={"kind": "Conv", "channels": [8]}', lambda r: r.backbone == Conv((8,))),
        ("bottleneck.size=20", lambda r: r.bottleneck.size == 20),
        ("objective.penalties.GaussianKL.weight=4", lambda r: r.objective.penalties == (GaussianKL(4.0),)),
        ("objective.penalties=GaussianKL,L1", lambda r: r.objective.penalties == (GaussianKL(), L1())),
        ("objective.corruption=GaussianNoise", lambda r: type(r.objective.corruption).__name__ == "GaussianNoise"),
        ("training.optimizer.epsilon=1e-4", lambda r: r.training.optimizer.epsilon == 1e-4),
        ("data.name=mnist", lambda r: r.data.name == "mnist"),
        ("training.learning_rate=1", lambda r: r.training.learning_rate == 1.0),
    ],
)
def test_any_field_can_be_assigned(assignment, reached):
    assert reached(assign(Recipe(), assignment))


@pytest.mark.parametrize(
    ("assignment", "sentence"),
    [
        ("backbone.depth=3", "Dense has no field 'depth'; it has hidden, activation"),
        ("backbone.hidden=many", "must be a whole number"),
        ("backbone.hidden.size=1", "hidden has no fields"),
        ("objective.penalties.L1.weight=1", "holds GaussianKL, not 'L1'"),
        ("nothing", "not of the form field=value"),
        ("=1", "not of the form field=value"),
        ("backbone=Resnet", "unknown kind 'Resnet'"),
        ("backbone={", "not valid JSON"),
        ("bottleneck.size=1e9", "must be a whole number"),
    ],
)
def test_a_wrong_assignment_says_what_is_wrong(assignment, sentence):
    with pytest.raises(RecipeError) as error:
        assign(Recipe(), assignment)
    assert sentence in str(error.value)


def test_what_is_between_two_assignments_need_not_combine():
    changes = ("bottleneck=Point", "objective.penalties=")
    assert assign(Recipe(), *changes) == assign(Recipe(), *reversed(changes))
    with pytest.raises(RecipeError, match="GaussianKL needs the bottleneck Gaussian"):
        assign(Recipe(), changes[0])


def test_knobs_are_found_by_path_and_do_not_identify_a_program():
    recipe = Recipe()
    assert set(knobs(recipe)) == {
        "objective.penalties.GaussianKL.weight", "objective.sampling_scale", "training.learning_rate",
    }
    changed = assign(recipe, "objective.penalties.GaussianKL.weight=7")
    assert without_knobs(changed) == without_knobs(recipe) != without_knobs(assign(recipe, "backbone.hidden=7"))
    traced = object()
    path = "objective.penalties.GaussianKL.weight"
    assert substitute(recipe, {path: traced}).objective.penalties[0].weight is traced
    assert recipe.objective.penalties[0].weight == 1.0


def test_every_field_of_every_choice_is_labelled_for_forms():
    for axis in (field.type for field in fields(Recipe)):
        for kind in choices(axis):
            assert all(field.setting.label for field in fields(kind)), kind


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"bottleneck": Point(2)}, "GaussianKL needs the bottleneck Gaussian, but the recipe has Point"),
        ({"data": {"binarization": "none"}}, "describes pixels that are 0 or 1"),
        ({"data": {"examples": 10_000}}, "digits has 1,437 training examples"),
        ({"backbone": Dense(hidden=(8192, 8192))}, "more than the limit of 50,000,000"),
        ({"data": {"name": "imagenet"}}, "imagenet"),
    ],
)
def test_a_combination_that_makes_no_sense_fails_when_built(values, sentence):
    with pytest.raises(RecipeError) as error:
        Recipe(**values)
    assert sentence in str(error.value)


def test_grey_pixels_are_for_the_gaussian():
    recipe = Recipe(data={"binarization": "none"}, objective={"kind": "Additive", "likelihood": FixedGaussian()})
    assert recipe.objective.likelihood == FixedGaussian()
