"""The plane of rate and distortion."""

import numpy as np
import pytest

from vaelab.errors import VaelabError
from vaelab.evaluation.rate_distortion import RateDistortion, frontier, lowest, rate_distortion


def test_a_point_is_made_of_means_per_example(random):
    kl, distortions = random.random((7, 3)), random.random(7)
    found = rate_distortion(kl, distortions)
    assert found.rate == pytest.approx(kl.sum(axis=1).mean())
    assert found.distortion == pytest.approx(distortions.mean())
    assert found.negative_elbo == pytest.approx((kl.sum(axis=1) + distortions).mean())
    assert rate_distortion(kl.sum(axis=1), distortions) == pytest.approx(found)


def test_the_frontier_holds_what_no_other_point_beats():
    points = [(3, 5), (1, 10), (2, 11), (1, 12), (5, 5), (4, 2), (1, 10)]
    assert frontier(points) == [(1, 10), (3, 5), (4, 2)]
    assert frontier([]) == []


def test_the_frontier_is_that_of_brute_force(random):
    points = [tuple(point) for point in random.normal(size=(60, 2))]
    undominated = {
        p for p in points if not any(q != p and q[0] <= p[0] and q[1] <= p[1] for q in points)
    }
    assert set(frontier(points)) == undominated


def test_the_weight_is_minus_the_slope_where_the_curve_is_convex():
    """D = 1/R has the slope -1/R^2, so D + w R is least at R = 1 / sqrt(w)."""
    points = [(rate, 1 / rate) for rate in np.linspace(0.1, 4, 400)]
    for weight in (0.1, 1.0, 4.0):
        assert lowest(points, weight).rate == pytest.approx(1 / np.sqrt(weight), abs=0.01)
    assert lowest(points).negative_elbo == pytest.approx(2, abs=1e-3)


def test_points_that_are_none_are_refused():
    with pytest.raises(VaelabError, match="no points"):
        lowest([])
    with pytest.raises(VaelabError, match="finite"):
        frontier([RateDistortion(1.0, float("nan"))])
    with pytest.raises(VaelabError, match="one for each"):
        rate_distortion(np.ones(3), np.ones(4))
