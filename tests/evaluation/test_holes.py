"""The hole meter on codes whose holes are known, and on a trained pair."""

import numpy as np
import pytest

from vaelab.assign import assign
from vaelab.evaluation.gallery import gallery, holes
from vaelab.evaluation.holes import IDEAL, hole_share, image_distance
from vaelab.recipe import Recipe


@pytest.mark.parametrize("size", [1, 2, 20])
def test_codes_that_follow_the_prior_leave_the_ideal_share(random, size):
    codes, prior = random.normal(size=(2, 2000, size))
    assert hole_share(codes, prior) == pytest.approx(IDEAL, abs=0.03)


def test_a_hole_is_as_large_as_the_prior_mass_in_it(random):
    codes = random.normal(size=(6000, 2))
    codes = codes[codes[:, 0] < 0]  # Half of the prior is empty.
    prior = random.normal(size=(2000, 2))
    assert hole_share(codes, prior) == pytest.approx(0.5 + IDEAL / 2, abs=0.08)


@pytest.mark.parametrize("spread", [0.01, 30.0])
def test_codes_much_narrower_or_wider_than_the_prior_leave_most_of_it_empty(random, spread):
    codes, prior = random.normal(size=(2, 2000, 2))
    assert hole_share(spread * codes, prior) > 0.8


def test_codes_far_away_leave_all_of_the_prior_empty(random):
    assert hole_share(random.normal(size=(500, 2)) + 100, random.normal(size=(500, 2))) == 1.0


def test_image_distance_is_that_to_the_nearest_image(random):
    training = random.random((40, 5, 5, 1))
    generated = random.random((6, 5, 5, 1))
    brute = np.sqrt(((generated[:, None] - training[None]) ** 2).sum(axis=(2, 3, 4))).min(axis=1).mean()
    assert image_distance(generated, training) == pytest.approx(brute, rel=1e-4)
    assert image_distance(training[:6], training) == pytest.approx(0, abs=1e-2)


def test_the_meter_tells_a_trained_autoencoder_from_a_trained_vae(digits):
    """Same data, same initial weights, same batches; only beta and the sampling noise differ."""
    vae = assign(Recipe(), "backbone.hidden=64", "training.epochs=150")
    plain = assign(vae, "objective.penalties.GaussianKL.weight=0", "objective.sampling_scale=0")
    measured = {}
    for name, recipe in {"vae": vae, "ae": plain}.items():
        *_, last = recipe.train(dataset=digits)
        model = recipe.restore(last.state)
        shown = gallery(model, digits, "dynamic")
        assert shown["codes"].shape == (360, 2)
        measured[name] = holes(model, recipe.objective.likelihood, shown["codes"], digits, "dynamic")
    assert measured["vae"]["share"] < 0.15 < 0.4 < measured["ae"]["share"]
    assert measured["vae"]["image_distance"] < measured["ae"]["image_distance"]
