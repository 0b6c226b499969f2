"""How a drawing becomes a picture, against NumPy; the ellipse of a posterior, against its covariance."""

import numpy as np
import pytest

from vaelab.data import load

pytestmark = pytest.mark.browser

FRAMED = """async ([cover, side, shape, data]) => {
  const { framed } = await import("/vaelab/static/framing.js");
  const bytes = new Uint8ClampedArray(4 * side * side);
  cover.forEach((value, at) => { bytes[4 * at + 3] = value; });
  const found = framed(bytes, side, shape, data);
  return found && [...found];
}"""
RESAMPLED = """async ([ways, count]) => {
  const { resampled } = await import("/vaelab/static/framing.js");
  const found = resampled(ways.map((points) => ({ erase: false, points: points.flat() })), count);
  return found && [...found];
}"""
ELLIPSE = """async ([codes, latent, axes, deviation]) => {
  const { createPlane } = await import("/vaelab/static/plane.js");
  const { ellipseOf } = await import("/vaelab/static/posterior.js");
  const plane = createPlane(axes, Float32Array.from(codes), latent);
  const { major, minor, angle } = ellipseOf(plane, Float32Array.from(deviation));
  return { major, minor, angle, basis: plane.basis?.map((vector) => [...vector]) ?? null };
}"""
SIDE = 320


@pytest.fixture
def ask(page, harness):
    """Calls the modules of the page."""
    page.goto(harness.address + "/favicon")
    yield page.evaluate
    page.errors.clear()  # The address above is no page of the application.


def framed(ask, cover, shape, data):
    """The picture, with the channels last."""
    found = ask(FRAMED, [cover.astype(int).ravel().tolist(), len(cover), list(shape), data])
    return None if found is None else np.array(found).reshape(shape)


@pytest.mark.parametrize(("height", "width"), [(200, 160), (120, 200), (200, 40)])
def test_mnist_drawings_fit_a_box_of_twenty_and_are_centred_by_mass(ask, random, height, width):
    ink = random.integers(30, 256, (height, width))
    cover = np.zeros((SIDE, SIDE))
    cover[70 : 70 + height, 50 : 50 + width] = ink
    found = framed(ask, cover, (28, 28, 1), "mnist")[..., 0]
    scale = max(height, width) // 20
    blocks = ink.reshape(height // scale, scale, width // scale, scale).mean((1, 3)) / 255
    rows, columns = (np.flatnonzero(found.sum(axis)) for axis in (1, 0))
    np.testing.assert_allclose(found[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], blocks, atol=1e-5)
    places = np.arange(28)
    centre = [(found.sum(axis) * places).sum() / found.sum() for axis in (1, 0)]
    assert np.abs(np.array(centre) - 14).max() <= 0.5 + 1e-6


def test_the_centres_of_mass_of_mnist_itself_are_within_half_a_pixel():
    from vaelab.data import available

    if not available("mnist"):
        pytest.skip("MNIST is not on this machine.")
    images = load("mnist").test.images[:2000, ..., 0].astype(float)
    mass, places = images.sum((1, 2)), np.arange(28)
    for axis in (1, 2):
        centres = (images.sum(3 - axis) * places).sum(1) / mass
        assert np.abs(centres - 14).max() < 0.6


@pytest.mark.parametrize(("height", "width", "columns"), [(200, 125, 5), (240, 30, 2)])
def test_digits_fill_their_box_of_eight_by_five(ask, height, width, columns):
    cover = np.zeros((SIDE, SIDE))
    cover[20 : 20 + height, 100 : 100 + width] = 255
    found = framed(ask, cover, (8, 8, 1), "digits")[..., 0]
    left = (8 - columns) / 2
    # How much of each column the box covers.
    shares = np.clip(np.minimum(np.arange(1, 9), 8 - left) - np.maximum(np.arange(8), left), 0, 1)
    np.testing.assert_allclose(found, np.tile(shares, (8, 1)), atol=1e-6)


def test_a_dot_stays_small(ask):
    cover = np.zeros((SIDE, SIDE))
    cover[100:116, 200:216] = 255
    assert framed(ask, cover, (28, 28, 1), "mnist").sum() == pytest.approx((16 * 20 / (SIDE / 4)) ** 2)
    assert framed(ask, np.zeros((SIDE, SIDE)), (28, 28, 1), "mnist") is None


@pytest.mark.parametrize("shape", [(32, 32, 1), (20, 20, 3), (28, 28, 1), (64, 32, 3)])
def test_other_drawings_stay_where_they_are(ask, random, shape):
    small = min(shape[:2])
    coarse = random.integers(0, 256, (small, small))
    cover = np.kron(coarse, np.ones((SIDE // small + 1,) * 2))[:SIDE, :SIDE]
    if SIDE % small == 0:
        cover = np.kron(coarse, np.ones((SIDE // small,) * 2))
        wanted = coarse / 255
    else:
        edges = np.linspace(0, SIDE, small + 1)
        overlap = np.clip(np.minimum(np.arange(1, SIDE + 1), edges[1:, None])
                          - np.maximum(np.arange(SIDE), edges[:-1, None]), 0, 1)  # fmt: skip
        wanted = overlap @ cover @ overlap.T / 255 * (small / SIDE) ** 2
    found = framed(ask, cover, shape, "shapes")
    top, left = ((side - small) // 2 for side in shape[:2])
    for channel in range(shape[2]):
        np.testing.assert_allclose(found[top : top + small, left : left + small, channel], wanted, atol=1e-5)
    assert found.sum() == pytest.approx(wanted.sum() * shape[2], rel=1e-5)


def test_pen_strokes_are_points_at_equal_distances(ask, random):
    ways = [random.random((7, 2)), random.random((4, 2))]
    found = np.array(ask(RESAMPLED, [[way.tolist() for way in ways], 8])).reshape(8, 2)
    way = np.concatenate(ways)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(way, axis=0), axis=1))])
    places = np.stack([np.interp(np.linspace(0, along[-1], 8), along, way[:, axis]) for axis in (0, 1)], axis=1)
    wanted = (places - places.min(0)) / np.ptp(places, axis=0)
    wanted[:, 1] = 1 - wanted[:, 1]
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    assert ask(RESAMPLED, [[[[0.5, 0.5]]], 8]) is None


@pytest.mark.parametrize(("latent", "axes"), [(2, [0, 1]), (5, [3, 1]), (5, "pca"), (1, None)])
def test_the_ellipse_is_the_posterior_on_the_plane(ask, random, latent, axes):
    codes = random.normal(size=(300, latent)) * np.arange(1, latent + 1)
    deviation = random.random(latent) + 0.1
    found = ask(ELLIPSE, [codes.ravel().tolist(), latent, axes, deviation.tolist()])
    basis = np.array(found["basis"]) if found["basis"] else np.eye(latent)[axes or [0]]
    covariance = basis @ np.diag(deviation**2) @ basis.T
    direction = np.array([np.cos(found["angle"]), np.sin(found["angle"])])
    axis = np.array([-direction[1], direction[0]])
    rebuilt = found["major"] ** 2 * np.outer(direction, direction) + found["minor"] ** 2 * np.outer(axis, axis)
    np.testing.assert_allclose(rebuilt[: len(basis), : len(basis)], covariance, rtol=1e-4, atol=1e-6)
