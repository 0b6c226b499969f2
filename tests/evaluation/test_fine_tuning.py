"""The fine-tuned classifier learns, chooses its epoch on validation images, and leaves the model as it was."""

import numpy as np
import pytest

from vaelab.assign import assign
from vaelab.evaluation.fine_tuning import fine_tune
from vaelab.model import parameters
from vaelab.presets import preset

MODEL = assign(preset("ae").recipe, "backbone.hidden=64", "bottleneck.size=32").build(seed=0)


def test_the_classifier_learns_and_the_model_stays(digits):
    before = parameters(MODEL)
    found = fine_tune(MODEL, digits.train, digits.test, epochs=30, learning_rate=3e-3)
    assert found.test_error < 0.1 and found.validation_error < 0.06
    assert 1 <= found.epoch <= 30
    for name, array in parameters(MODEL).items():
        np.testing.assert_array_equal(array, before[name])
    assert found == fine_tune(MODEL, digits.train, digits.test, epochs=30, learning_rate=3e-3)


def test_without_a_step_it_guesses_the_first_class(digits):
    found = fine_tune(MODEL, digits.train, digits.test, epochs=1, learning_rate=0.0)
    assert found.test_error == pytest.approx((digits.test.labels != 0).mean())
