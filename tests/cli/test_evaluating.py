"""`vaelab evaluate`: the keys that scripts rely on, and the protocol beside them."""

import json

import pytest

from tests.cli.command import call, refused


def figures(*arguments) -> dict:
    result = call("evaluate", *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_a_variational_model_has_every_figure_in_nats(runs):
    found = figures(runs / "vae", "--samples", 20)
    assert found["negative_elbo"] == pytest.approx(found["reconstruction"] + found["kl"], rel=1e-5)
    # The importance-sampled bound is the tighter one.
    assert -found["negative_elbo"] - 0.5 < found["log_likelihood"] < 0
    assert 0 <= found["active_units"] <= 2
    protocol = found["protocol"]
    assert (protocol["data"], protocol["split"], protocol["examples"]) == ("digits", "test", 360)
    assert "drawn once" in protocol["binarization"]
    assert "seed 0" in protocol["binarization"]
    assert (protocol["importance_samples"], protocol["step"]) == (20, 22)


def test_the_same_run_has_the_same_figures(runs):
    assert figures(runs / "vae", "--samples", 5) == figures("vae", "--samples", 5, "--runs", runs)


def test_a_point_code_has_no_bound(runs):
    found = figures(runs / "ae")
    assert (found["negative_elbo"], found["kl"], found["log_likelihood"]) == (None, None, None)
    # Squared error plus the constant of a unit Gaussian over 64 pixels, in nats.
    assert found["reconstruction"] == pytest.approx(0.5 * found["squared_error"] + 64 * 0.9189385, rel=1e-4)
    assert found["protocol"]["binarization"].startswith("none")


def test_without_samples_the_likelihood_is_left_out(runs):
    assert figures(runs / "vae", "--samples", 0)["log_likelihood"] is None


def test_people_get_lines_with_units(runs):
    text = call("evaluate", runs / "vae", "--samples", 5).stdout
    assert "negative ELBO" in text
    assert "nats (5 importance samples)" in text
    assert "binarization dynamic" in text


def test_a_run_that_does_not_exist_is_named_with_those_that_do(runs):
    assert "Runs that exist: ae, vae" in refused("evaluate", "nothing", "--runs", runs)
