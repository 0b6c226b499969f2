"""Latent tools against their definitions."""

import jax
import numpy as np
import pytest
from scipy import stats

from vaelab.latent import BATCH, decode, encode, linear, prior_samples, quantile_grid, spherical, traversal
from vaelab.recipe import Recipe


def test_prior_samples_are_standard_normal_times_temperature_and_a_function_of_the_seed():
    samples = prior_samples(0, 20_000, 3)
    assert stats.kstest(samples.ravel(), "norm").pvalue > 0.001
    np.testing.assert_array_equal(samples, prior_samples(0, 20_000, 3))
    assert not np.array_equal(samples, prior_samples(1, 20_000, 3))
    np.testing.assert_allclose(prior_samples(0, 5, 3, temperature=0.5), 0.5 * prior_samples(0, 5, 3))


@pytest.mark.parametrize("path", [linear, spherical])
@pytest.mark.parametrize("size", [1, 2, 20])
def test_paths_start_and_end_where_they_are_told(random, path, size):
    start, end = random.normal(size=(2, size)).astype(np.float32)
    points = path(start, end, 7)
    assert points.shape == (7, size)
    np.testing.assert_allclose(points[[0, -1]], [start, end], atol=1e-5)


def test_the_spherical_path_keeps_the_norm_and_the_linear_one_cuts_the_corner(random):
    start, end = random.normal(size=(2, 20)).astype(np.float32)
    start, end = start / np.linalg.norm(start), end / np.linalg.norm(end)
    arc, line = spherical(start, end, 9), linear(start, end, 9)
    np.testing.assert_allclose(np.linalg.norm(arc, axis=1), 1, atol=1e-5)
    assert np.linalg.norm(line[4]) < 0.9
    angles = np.arccos(np.clip((arc[1:] * arc[:-1]).sum(axis=1), -1, 1))
    np.testing.assert_allclose(angles, angles[0], atol=1e-4)


@pytest.mark.parametrize("end", [[2.0, 0.0], [-1.0, 0.0], [0.0, 0.0], [1.0, 0.0]])
def test_where_no_arc_is_defined_the_path_is_the_line(end):
    start, end = np.array([1.0, 0.0], np.float32), np.array(end, np.float32)
    np.testing.assert_allclose(spherical(start, end, 5), linear(start, end, 5), atol=1e-6)


def test_a_traversal_changes_one_number():
    codes = traversal(np.array([1.0, 2.0, 3.0]), 1, np.array([-1.0, 0.0, 5.0]))
    np.testing.assert_array_equal(codes, [[1, -1, 3], [1, 0, 3], [1, 5, 3]])


def test_the_grid_has_equal_prior_mass_between_its_lines():
    grid = quantile_grid(5, margin=0.1).reshape(5, 5, 2)
    masses = np.diff(stats.norm.cdf(grid[0, :, 0]))
    np.testing.assert_allclose(masses, 0.2, atol=1e-6)
    assert (np.diff(grid[:, 0, 1]) < 0).all()  # The first row is the top one.
    np.testing.assert_allclose(grid[2, 2], 0, atol=1e-6)


def test_encoding_many_images_in_batches_equals_encoding_them_at_once(digits):
    model = Recipe().build(seed=0)
    images = np.concatenate([digits.train.images[: BATCH + 7]])
    means, deviations = encode(model, images)
    code = model.encode(images.astype(np.float32) / 255)
    np.testing.assert_allclose(means, code.mean, atol=1e-5)
    np.testing.assert_allclose(deviations, np.exp(0.5 * np.asarray(code.logvar)), atol=1e-5)
    recipe = Recipe()
    decoded = decode(model, recipe.objective.likelihood, means)
    np.testing.assert_allclose(decoded, jax.nn.sigmoid(model.decode(means)), atol=1e-5)
