"""The contractive penalty in its three forms against the Jacobian that forward differentiation finds."""

import jax
import numpy as np
import pytest

from vaelab.bottlenecks import Gaussian, Point, TopK
from vaelab.data import Data
from vaelab.nets import Conv, Dense
from vaelab.objectives import Additive, Contractive, FixedGaussian
from vaelab.objectives.penalties.contraction import one_linear_layer
from vaelab.recipe import Recipe
from vaelab.training.loop import Controls

LABELS = np.array([0, 3, 3, 9, 1])


def forward_of(backbone, bottleneck, condition="none"):
    """A model with biases that are not 0, and its pass over five images."""
    recipe = Recipe(
        Data("digits", "none", condition), backbone, bottleneck, Additive(likelihood=FixedGaussian(), penalties=())
    )
    model = recipe.build(seed=0)
    random = np.random.default_rng(1)
    for stack in (model.encoder, model.head):
        for arrays in stack.layers.values():
            arrays["bias"][...] = random.normal(0, 0.3, arrays["bias"][...].shape).astype(np.float32)
    x = random.random((5, 8, 8, 1), np.float32)
    return model, model(x, LABELS, key=jax.random.key(3))


def exact(model, forward):
    """[B], from the whole Jacobian of one example at a time."""

    def code(x, label):
        return model.encode(x[None], label[None]).mean[0]

    jacobians = jax.vmap(jax.jacfwd(code))(forward.seen, LABELS)
    return (np.asarray(jacobians) ** 2).reshape(5, -1).sum(axis=1)


ONE_LAYER = [Point(20), Point(20, "sigmoid"), Point(7, "gelu"), Gaussian(6), TopK(12, 4)]


@pytest.mark.parametrize(
    ("bottleneck", "condition"), [*((kind, "none") for kind in ONE_LAYER), (Gaussian(6), "class")], ids=str
)
def test_the_closed_form_of_one_layer(bottleneck, condition):
    model, forward = forward_of(Dense(hidden=()), bottleneck, condition)
    assert one_linear_layer(model)
    found = Contractive()(model, forward, None)  # It needs no randomness.
    np.testing.assert_allclose(found, exact(model, forward), rtol=1e-5)
    assert np.ptp(found) > 0 or bottleneck in (Point(20), Gaussian(6))


@pytest.mark.parametrize(
    ("backbone", "bottleneck", "condition"),
    [
        (Dense((16,)), Point(2, "sigmoid"), "none"),
        (Dense((16, 8), "tanh"), Gaussian(3), "class"),
        (Conv((4, 6)), Point(3), "class"),
    ],
    ids=str,
)
def test_small_codes_are_exact(backbone, bottleneck, condition):
    model, forward = forward_of(backbone, bottleneck, condition)
    assert not one_linear_layer(model)
    np.testing.assert_allclose(Contractive()(model, forward, None), exact(model, forward), rtol=1e-5)


@pytest.mark.parametrize(
    ("backbone", "bottleneck"), [(Dense((16,)), Gaussian(8)), (Conv((4, 6)), Point(12, "sigmoid"))], ids=str
)
def test_one_random_direction_is_right_on_average(backbone, bottleneck):
    model, forward = forward_of(backbone, bottleneck, "class")
    keys = jax.random.split(jax.random.key(0), 4000)
    drawn = np.asarray(jax.jit(jax.vmap(lambda key: Contractive()(model, forward, key)))(keys))
    error = drawn.std(axis=0) / np.sqrt(len(keys))
    assert (error > 0).all()
    assert (np.abs(drawn.mean(axis=0) - exact(model, forward)) < 4 * error).all()


def test_a_hidden_layer_is_no_single_layer_even_where_it_is_as_wide_as_the_input():
    model, _ = forward_of(Dense((64,)), Point(20))
    assert not one_linear_layer(model)


def test_it_makes_codes_insensitive(digits):
    def slope(weight):
        penalties = (Contractive(weight),)
        objective = Additive(likelihood=FixedGaussian(), penalties=penalties)
        recipe = Recipe(Data("digits", "none"), Dense((32,)), Point(8), objective)
        *_, last = recipe.train(dataset=digits, controls=Controls(seconds=60))
        return last.metrics["contraction"]

    assert slope(1.0) < 0.3 * slope(0.0)
