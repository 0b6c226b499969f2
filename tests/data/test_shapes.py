"""The generated shapes: images and factors tell the same story."""

import subprocess
import sys
import zlib

import numpy as np
import pytest

from vaelab.data import information, load
from vaelab.data.shapes import render

SHAPE, SCALE, ORIENTATION, X, Y = range(5)


@pytest.fixture(scope="module")
def shapes():
    return load("shapes")


def test_the_same_in_every_process(shapes):
    program = (
        "import zlib; from vaelab.data import load; "
        "print([zlib.crc32(array.tobytes()) for split in load('shapes')[1:3] for array in split])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    here = [zlib.crc32(array.tobytes()) for split in (shapes.train, shapes.test) for array in split]
    assert done.stdout.strip() == str(here)


def test_the_sample_is_fixed(shapes):
    first = [[0, 1.0, 13 * np.pi / 30, 12 / 15, 13 / 15], [1, 0.6, np.pi / 30, 1, 14 / 15]]
    np.testing.assert_allclose(shapes.train.factors[:2], first, atol=1e-6)


def test_factors_reconstruct_the_image(shapes):
    np.testing.assert_array_equal(render(shapes.test.factors), shapes.test.images)
    np.testing.assert_array_equal(render(shapes.test.factors[7:8]), shapes.test.images[7:8])
    np.testing.assert_array_equal(shapes.test.labels, shapes.test.factors[:, SHAPE])
    assert information("shapes").factors == ("shape", "scale", "orientation", "x", "y")


def test_no_image_is_in_both_splits_or_twice(shapes):
    for arrays in ("factors", "images"):
        rows = [row.tobytes() for split in (shapes.train, shapes.test) for row in getattr(split, arrays)]
        assert len(set(rows)) == len(rows) == 12_000


def test_every_value_of_every_factor_is_trained_on(shapes):
    assert [len(np.unique(column)) for column in shapes.train.factors.T] == [3, 6, 15, 16, 16]
    for column in shapes.train.factors.T:
        counts = np.unique(column, return_counts=True)[1]
        assert counts.min() > 0.85 * counts.mean() and counts.max() < 1.15 * counts.mean()
    correlation = np.corrcoef(shapes.train.factors.T) - np.eye(5)
    assert abs(correlation).max() < 0.04


def test_place_is_the_centre_of_the_light(shapes):
    factors, light = shapes.train.factors, shapes.train.images[..., 0] / 255.0
    mass = light.sum((1, 2))
    grid = np.arange(32) - 15.5
    centre_x = (light.sum(1) * grid).sum(1) / mass
    centre_y = (light.sum(2) * grid).sum(1) / mass
    np.testing.assert_allclose(centre_x, 11 * factors[:, X] - 5.5, atol=0.15)
    np.testing.assert_allclose(centre_y, 11 * factors[:, Y] - 5.5, atol=0.15)


def test_area_follows_scale(shapes):
    factors, light = shapes.train.factors, shapes.train.images[..., 0].sum((1, 2)) / 255.0
    unit = 9 * factors[:, SCALE]
    # Half-diagonal 1; half-axes 1 and 1/2; a unit square with two half discs of radius 1/2.
    areas = np.array([2, np.pi / 2, 1 + np.pi / 4])[shapes.train.labels]
    np.testing.assert_allclose(light, areas * unit**2, rtol=0.03)


def test_a_turn_is_clockwise():
    level, turned = render([[1, 1, angle, 0.5, 0.5] for angle in (0, np.pi / 4)])[..., 0] > 127
    assert level[15:17].sum() > 2 * level[:, 15:17].sum() - 4  # A lying ellipse.
    rows, columns = np.nonzero(turned)
    assert np.corrcoef(rows, columns)[0, 1] > 0.4  # From the upper left to the lower right.


def test_a_quarter_turn_of_a_square_is_the_square():
    start, end = render([[0, 1, angle, 0.3, 0.6] for angle in (0, np.pi / 2)]).astype(int)
    assert abs(start - end).max() <= 1


def test_edges_are_anti_aliased_and_nothing_is_cut_off(shapes):
    images = shapes.train.images
    grey = ((images > 0) & (images < 255)).mean((1, 2, 3))
    assert (grey > 0).all() and grey.mean() > 0.01
    border = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1)
    assert border.max() == 0


def test_off_the_grid_the_image_changes_little_by_little():
    factors = np.tile(np.float32([2, 0.8, 0.4, 0.5, 0.5]), (50, 1))
    factors[:, X] += np.linspace(0, 0.1, 50)
    steps = abs(np.diff(render(factors).astype(int), axis=0)).max((1, 2, 3))
    assert 0 < steps.max() < 30
