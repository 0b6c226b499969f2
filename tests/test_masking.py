"""Masked and taught models: which choices do not combine, and that training sees what it should."""

import jax
import numpy as np
import pytest

from vaelab.bottlenecks import Point
from vaelab.data import Data
from vaelab.data.batches import Batch
from vaelab.data.corruptions import Continuation, PatchMask
from vaelab.errors import RecipeError
from vaelab.nets import Dense, Patch, Recurrent
from vaelab.objectives import Additive, Bernoulli, FixedGaussian, Moment
from vaelab.recipe import Recipe

GREY = Data(binarization="none")


def recipe(backbone, corruption, data=GREY, likelihood=None):
    """A small autoencoder that is to see through a corruption."""
    objective = Additive(corruption=corruption, likelihood=likelihood or FixedGaussian(), penalties=())
    return Recipe(data, backbone, Point(3), objective)


@pytest.mark.parametrize(
    ("backbone", "corruption", "data", "sentence"),
    [
        (Patch(2), PatchMask(4), GREY, "hides patches of 4 pixels, but the Patch backbone reads patches of 2"),
        (Dense(), PatchMask(8), GREY, "covers the whole 8 x 8 image of digits"),
        (Dense(), PatchMask(2), Data("pendigits", "none"), "PatchMask hides squares of images, but pendigits holds"),
        (Patch(2), Continuation(), Data("pendigits", "none"), "cuts images into squares, but the data are sequences"),
    ],
)
def test_what_does_not_combine_is_said(backbone, corruption, data, sentence):
    with pytest.raises(RecipeError, match=sentence):
        recipe(backbone, corruption, data)


def test_a_teacher_and_outputs_on_another_scale_do_not_combine():
    with pytest.raises(RecipeError, match="but Bernoulli reads its outputs on another scale"):
        recipe(Recurrent(teacher_forcing=True), Continuation(), Data(), Bernoulli())
    recipe(Recurrent(teacher_forcing=True), Continuation())
    recipe(Recurrent(), Continuation(), Data(), Bernoulli())


def loss_and_gradient(given, pixels):
    """Of one batch, with respect to what the model sees and to what it has to make."""
    model = given.build(seed=0)

    def loss(seen, target):
        return given.objective(model, Batch(seen, target), Moment(jax.random.key(0), 0.5))[0]

    return jax.grad(loss, argnums=(0, 1))(pixels, pixels)


@pytest.mark.parametrize("backbone", [Patch(2, 8, 1, 2), Dense((8,)), Recurrent(hidden=8)])
def test_a_masked_model_reads_what_is_shown_and_makes_what_is_hidden(backbone, digits):
    pixels = digits.train.images[:5].astype(np.float32) / 255
    read, made = loss_and_gradient(recipe(backbone, PatchMask(2, 0.75)), pixels)
    hidden = np.asarray(made) != 0
    assert hidden.mean() == pytest.approx(0.75)
    assert (np.asarray(read)[hidden] == 0).all() and (np.asarray(read)[~hidden] != 0).any()


def test_a_taught_decoder_reads_the_target(digits):
    pixels = digits.train.images[:5].astype(np.float32) / 255
    taught, deaf = (
        loss_and_gradient(recipe(Recurrent(hidden=8, teacher_forcing=told), Continuation()), pixels)[1]
        for told in (True, False)
    )
    shown = slice(0, 4)  # Not scored, so that only a decoder that is told them depends on them.
    assert (np.asarray(deaf)[:, shown] == 0).all() and (np.asarray(taught)[:, shown] != 0).any()
