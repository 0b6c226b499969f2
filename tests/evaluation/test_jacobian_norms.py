"""The Jacobian's norm where it is known: a linear encoder's is that of its matrix, everywhere."""

import numpy as np
import pytest

from vaelab.assign import assign
from vaelab.evaluation.contraction import jacobian_norms, saturated_share
from vaelab.presets import preset


def test_a_linear_encoder_has_the_norm_of_its_matrix(digits):
    model = assign(preset("linear_ae").recipe, "bottleneck.size=7").build(seed=0)
    kernel = np.asarray(model.head.layers["1"]["kernel"][...])
    np.testing.assert_allclose(jacobian_norms(model, digits.test.images[:60]), np.linalg.norm(kernel), rtol=1e-5)


def test_a_sigmoid_layer_has_the_norm_of_the_textbook(digits):
    model = assign(preset("linear_ae").recipe, "bottleneck.size=7", "bottleneck.activation=sigmoid").build(seed=0)
    kernel = np.asarray(model.head.layers["1"]["kernel"][...], np.float64)
    images = digits.test.images[:9]
    units = 1 / (1 + np.exp(-(images.reshape(9, -1) / 255) @ kernel))
    wanted = np.sqrt(((units * (1 - units)) ** 2) @ (kernel**2).sum(axis=0))  # Rifai et al. 2011, eq. 2
    np.testing.assert_allclose(jacobian_norms(model, images), wanted, rtol=1e-4)


def test_saturated_units_are_counted_at_both_ends():
    assert saturated_share(np.array([[0.01, 0.5, 0.99, 0.06]])) == pytest.approx(0.5)
