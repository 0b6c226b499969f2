"""Sequences in ink: a line through the places, and in the grid beside others."""

import numpy as np
import pytest

from vaelab.cli import ink
from vaelab.cli.grids import GAP, GREY, grid

STROKE = np.array([[0.0, 0.9], [0.5, 1.0], [0.8, 0.6], [0.3, 0.1], [1.0, 0.0]])


def place(x: float, y: float) -> tuple[int, int]:
    """Row and column of a point, the margin 0.12 of the side."""
    return int(112 * (0.12 + 0.76 * (1 - y))), int(112 * (0.12 + 0.76 * x))


def test_a_pen_stroke_goes_through_its_points_upwards():
    drawings = ink.draw(np.stack([STROKE, STROKE[::-1]]))
    assert drawings.shape == (2, 112, 112, 1) and drawings.dtype == np.uint8
    for start, end in zip(STROKE[:-1], STROKE[1:], strict=True):
        for share in (0, 0.25, 0.5, 0.75, 1):
            x, y = start * (1 - share) + end * share
            assert (drawings[:, *place(x, y)] == 255).all()
    assert (drawings[:, *place(0, 0)] == 0).all() and (drawings[:, *place(1, 1)] == 0).all()
    assert 0.06 < (drawings > 127).mean() < 0.3
    assert (drawings[0] != drawings[1]).any()  # The dot is where the pen began.


def test_a_dot_says_where_the_pen_began():
    thick = (ink.draw(np.array([[[0.2, 0.5], [0.8, 0.5]]]))[0, ..., 0] > 127).sum(0)
    assert thick[place(0.2, 0)[1]] == pytest.approx(2 * 0.06 * 112, abs=1.5)
    assert thick[place(0.8, 0)[1]] == thick[place(0.5, 0)[1]] == pytest.approx(0.065 * 112, abs=1.5)


def test_one_feature_is_a_curve_over_the_positions():
    wave = 0.5 + 0.4 * np.sin(np.linspace(0, 2 * np.pi, 48))
    drawing = ink.draw(wave[None, :, None])[0, ..., 0]
    assert all(drawing[place(step / 47, height)] == 255 for step, height in enumerate(wave))
    assert drawing[place(0.25, 0.3)] == drawing[place(0.75, 0.7)] == 0


def test_of_more_features_each_is_a_line_and_the_first_the_brightest():
    drawing = ink.draw(np.tile([0.9, 0.6, 0.3], (1, 5, 1)))[0, ..., 0]
    assert [drawing[place(0.5, height)] for height in (0.9, 0.6, 0.3)] == [255, 178, 102]
    crossing = ink.draw(np.array([[[0, 1], [1, 0]]])[..., [0, 1, 1]])[0, ..., 0]
    assert crossing[place(0.5, 0.5)] == 255 and crossing[place(0.25, 0.75)] < 200


def test_what_lies_beyond_is_cut_off():
    wild = np.array([[[-3.0, 0.5], [7.0, 0.5]], [[np.nan, 0.5], [np.inf, 0.5]]])
    drawings = ink.draw(wild)
    np.testing.assert_array_equal(drawings[0], ink.draw(np.array([[[0, 0.5], [1, 0.5]]]))[0])
    np.testing.assert_array_equal(drawings[0], drawings[1])
    corners = ink.draw(np.array([[[0, 0], [0, 1], [1, 1], [1, 0]]]))[0, ..., 0]
    assert max(corners[:3].max(), corners[-3:].max(), corners[:, :3].max(), corners[:, -3:].max()) == 0


def test_a_sequence_of_one_place_is_a_dot():
    assert 0 < (ink.draw(np.full((1, 1, 2), 0.5)) > 127).mean() < 0.02
    assert 0 < (ink.draw(np.full((1, 1, 1), 0.5)) > 127).mean() < 0.01


def test_a_grid_of_sequences():
    sequences = np.stack([STROKE, 1 - STROKE, STROKE / 2])
    picture, drawings = grid(sequences, 2), ink.draw(sequences)
    cell = 112 + GAP
    assert picture.shape == (2 * cell + GAP, 2 * cell + GAP, 1)
    np.testing.assert_array_equal(picture[GAP : cell, GAP:cell], drawings[0])
    np.testing.assert_array_equal(picture[GAP:cell, cell + GAP : -GAP], drawings[1])
    np.testing.assert_array_equal(picture[cell + GAP : -GAP, GAP:cell], drawings[2])
    assert (picture[cell + GAP :, cell + GAP :] == GREY).all() and (picture[:GAP] == GREY).all()
