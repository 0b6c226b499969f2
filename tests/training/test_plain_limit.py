"""Without noise and without its KL, a VAE is a plain autoencoder of the same weights: at every step."""

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from flax import nnx

from vaelab.architecture import design
from vaelab.bottlenecks import Gaussian, Point, PointCode
from vaelab.lazy import jnp
from vaelab.model import Autoencoder, load_parameters, parameters
from vaelab.nets import Dense
from vaelab.nets.initializer import Initializer
from vaelab.objectives import Additive, GaussianKL
from vaelab.training.loop import Controls, train
from vaelab.training.optimizers import Training

STEPS = 30
PLAIN = Additive(penalties=())
SWITCHED_OFF = Additive(penalties=(GaussianKL(0.0),), sampling_scale=0.0)


@dataclass(frozen=True)
class Widened(Gaussian):
    """A point code from the first half of a head that is as wide as the VAE's; nothing reads the other half."""

    def read(self, statistics: Any, key: Any, sampling_scale: Any) -> Any:
        return PointCode(jnp.split(statistics, 2, axis=-1)[0])


def built(bottleneck):
    """A model of one size for all, with first weights that follow from their names."""
    return Autoencoder(design(Dense((32,)), bottleneck, (8, 8, 1), (8, 8, 1)), Initializer(seed=0))


def trained(model, objective, digits):
    """The loss of each step, and the parameters after the last."""
    run = train(
        model, objective, digits.train.images, digits.train.labels, Training(epochs=3),
        binarization="dynamic", seed=3, controls=Controls(steps=1),
    )
    progresses = list(itertools.islice(run, STEPS))
    assert progresses[-1].step == STEPS
    nnx.update(model, progresses[-1].state.parameters)
    return np.array([progress.metrics["loss"] for progress in progresses]), parameters(model)


def mean_half(arrays, size):
    return {name: array[..., :size] if name.startswith("head/") else array for name, array in arrays.items()}


@pytest.mark.parametrize("size", [2, 3, 16])
def test_bit_for_bit_in_matrix_products_of_the_same_width(digits, size):
    losses, arrays = trained(built(Gaussian(size)), SWITCHED_OFF, digits)
    wanted, plain = trained(built(Widened(size)), PLAIN, digits)
    assert losses[-1] < 0.9 * losses[0]
    np.testing.assert_array_equal(losses, wanted)
    for name, array in plain.items():
        np.testing.assert_array_equal(arrays[name], array, err_msg=name)


@pytest.mark.parametrize("size", [2, 16])
def test_to_rounding_where_the_head_is_half_as_wide(digits, size):
    """The Point bottleneck from the same numbers. Its head's product is as wide as the mean alone, and a library may
    add up a row of another width in another order: that is all that may differ."""
    variational, point = built(Gaussian(size)), built(Point(size))
    load_parameters(point, mean_half(parameters(variational), size))
    losses, arrays = trained(variational, SWITCHED_OFF, digits)
    wanted, plain = trained(point, PLAIN, digits)
    np.testing.assert_allclose(losses, wanted, rtol=1e-6)  # Eight units in the last place.
    for name, array in mean_half(arrays, size).items():
        np.testing.assert_allclose(array, plain[name], atol=1e-5, err_msg=name)


def test_the_half_that_is_not_used_stays_as_it_was(digits):
    model = built(Gaussian(3))
    before = parameters(model)
    _, after = trained(model, SWITCHED_OFF, digits)
    np.testing.assert_array_equal(after["head/1/kernel"][:, 3:], before["head/1/kernel"][:, 3:])
    assert (after["head/1/kernel"][:, :3] != before["head/1/kernel"][:, :3]).any(axis=0).all()
