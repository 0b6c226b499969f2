"""Latent tools against their definitions."""

import jax
import numpy as np
import pytest
from scipy import stats

from vaelab.data.corruptions import BlockMask, GaussianNoise, PatchMask
from vaelab.latent import BATCH, decode, encode, linear, prior_samples, quantile_grid, restore, spherical, traversal
from vaelab.model import load_parameters, parameters
from vaelab.nets import Patch
from vaelab.recipe import Recipe
from vaelab.spec import replace


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


def test_no_images_have_no_codes_and_no_codes_no_images():
    recipe = Recipe()
    model = recipe.build()
    means, deviations = encode(model, np.zeros((0, *recipe.shape), np.uint8))
    assert means.shape == deviations.shape == (0, model.latent)
    assert decode(model, recipe.objective.likelihood, means).shape == (0, *recipe.shape)


def test_a_model_is_decoded_as_it_is_now():
    recipe = Recipe()
    model, codes = recipe.build(), np.ones((3, recipe.bottleneck.size), np.float32)
    before = decode(model, recipe.objective.likelihood, codes)
    load_parameters(model, {name: 2 * array for name, array in parameters(model).items()})
    after = decode(model, recipe.objective.likelihood, codes)
    assert np.abs(after - before).max() > 0.01
    np.testing.assert_allclose(after, jax.nn.sigmoid(model.decode(codes)), atol=1e-5)


def test_without_a_corruption_images_are_restored_from_what_they_are(digits):
    recipe = Recipe()
    model, images = recipe.build(), digits.test.images[:5].astype(np.float32) / 255
    seen, restored = restore(model, recipe.objective, images)
    np.testing.assert_array_equal(seen, images)
    expected = decode(model, recipe.objective.likelihood, encode(model, images)[0])
    np.testing.assert_allclose(restored, expected, atol=1e-6)


@pytest.mark.parametrize("corruption", [GaussianNoise(scale=0.5), BlockMask(), PatchMask(size=2)])
def test_a_corrupted_image_is_restored_from_what_is_left_of_it(digits, corruption):
    recipe = Recipe()
    objective = replace(recipe.objective, corruption=corruption)
    model, images = recipe.build(), digits.test.images[:50]
    seen, restored = restore(model, objective, images)
    np.testing.assert_array_equal(seen, restore(model, objective, images)[0])  # The same seed, the same spots.
    assert not np.array_equal(seen, restore(model, objective, images, seed=1)[0])
    left = np.abs(seen - images / 255)
    assert left.std() == pytest.approx(0.3, abs=0.2) and left.max() > 0.5
    expected = decode(model, objective.likelihood, encode(model, seen)[0])
    np.testing.assert_allclose(restored, expected, atol=1e-6)


def test_a_transformer_restores_hidden_patches_from_the_visible_ones_alone(digits):
    recipe = Recipe(backbone=Patch(size=2, width=8, depth=1, heads=2))
    objective = replace(recipe.objective, corruption=PatchMask(size=2))
    model, images = recipe.build(), digits.test.images[:5]
    seen, restored = restore(model, objective, images)
    # The seed decides which are hidden, not the images: of white ones, what is black is hidden.
    hidden = restore(model, objective, np.full_like(images, 255))[0] == 0
    assert hidden.mean() == pytest.approx(0.75) and (seen[hidden] == 0).all()
    other = np.where(hidden, 255 - images, images)
    again = restore(model, objective, other)
    np.testing.assert_array_equal(again[0], seen)
    np.testing.assert_array_equal(again[1], restored)
