"""`vaelab sample` and `vaelab interpolate`: pictures that say how they were made."""

import json
import shlex

import numpy as np
import pytest
from PIL import Image

from tests.cli.command import call, refused


def texts(path) -> dict:
    with Image.open(path) as image:
        image.load()
        return {name.removeprefix("vaelab:"): value for name, value in image.info.items()}  # type: ignore[attr-defined]


def draw(path, *arguments) -> bytes:
    result = call(*arguments, "-o", path)
    assert result.exit_code == 0, result.stderr
    return path.read_bytes()


def test_samples_are_a_function_of_the_seed(tmp_path, runs):
    one, two = tmp_path / "one.png", tmp_path / "two.png"
    sample = ("sample", runs / "vae", "--n", 10, "--seed")
    assert draw(one, *sample, 1) == draw(two, *sample, 1)
    assert draw(one, *sample, 1) != draw(two, *sample, 2)


def test_a_picture_can_be_made_again_from_its_texts(tmp_path, runs):
    from vaelab.latent import prior_samples

    path = tmp_path / "samples.png"
    draw(path, "sample", runs / "vae", "--n", 10, "--seed", 5, "--temperature", 0.7)
    found = texts(path)
    assert (found["run"], found["seed"], found["temperature"], found["step"]) == ("vae", "5", "0.7", "22")
    assert json.loads(found["recipe"])["bottleneck"] == {"kind": "Gaussian", "size": 2}
    np.testing.assert_array_equal(np.float32(json.loads(found["z"])), prior_samples(5, 10, 2, 0.7))


def test_pixels_are_enlarged_without_blur(tmp_path, runs):
    path = tmp_path / "samples.png"
    draw(path, "sample", runs / "vae", "--n", 3)
    with Image.open(path) as image:
        pixels = np.asarray(image)
    assert pixels.ndim == 2
    first = pixels[2:90, 2:90]  # 8 x 8 pixels, each 11 x 11.
    assert (first == first[::11, ::11].repeat(11, axis=0).repeat(11, axis=1)).all()
    assert (pixels[:2] == 128).all()


def test_sequences_are_drawn_in_ink(tmp_path):
    few = ("--epochs", 1, "--set", "backbone.hidden=16", "--set", "data.examples=600")
    trained = call("train", "ae_2d", "--data", "waves", *few, "--runs", tmp_path, "--name", "waves")
    assert trained.exit_code == 0, trained.stderr
    path = tmp_path / "walk.png"
    draw(path, "interpolate", tmp_path / "waves", "--from", 3, "--to", 7, "--count", 5)
    with Image.open(path) as image:
        pixels = np.asarray(image)
    assert pixels.shape == (2 + 112 + 2, 2 + 5 * (112 + 2)) and (pixels[:2] == 128).all()
    for left in range(2, pixels.shape[1], 114):
        drawing = pixels[2:114, left : left + 112]
        assert (drawing[:, :10] == 0).all()
        assert ((drawing[:, 14:98] == 255).sum(0) > 2).all()  # A curve from the left to the right.


def test_an_interpolation_runs_from_example_to_example(tmp_path, runs):
    from vaelab.cli.saved import restore
    from vaelab.data import load
    from vaelab.evaluation.protocol import held_out
    from vaelab.latent import encode

    path = tmp_path / "strip.png"
    draw(path, "interpolate", runs / "vae", "--from", 3, "--to", 359, "--count", 5)
    z = np.float32(json.loads(texts(path)["z"]))
    trained = restore(str(runs / "vae"), None)
    images = held_out(load("digits").test.images, "dynamic")[[3, 359]]
    np.testing.assert_allclose(z[[0, 4]], encode(trained.model, images)[0], atol=1e-5)
    np.testing.assert_allclose(z[2], (z[0] + z[4]) / 2, atol=1e-6)
    assert (texts(path)["from"], texts(path)["to"], texts(path)["path"]) == ("3", "359", "linear")


def test_a_spherical_interpolation_keeps_to_the_arc(tmp_path, runs):
    from vaelab.latent import prior_samples, spherical

    path = tmp_path / "arc.png"
    draw(path, "interpolate", runs / "vae", "--seed", 4, "--spherical", "--count", 7)
    z = np.float32(json.loads(texts(path)["z"]))
    np.testing.assert_allclose(z, spherical(*prior_samples(4, 2, 2), 7), atol=1e-6)
    assert texts(path)["path"] == "spherical"


def test_noise_through_a_point_code_is_remarked_upon(tmp_path, runs):
    result = call("sample", runs / "ae", "-o", tmp_path / "ae.png")
    assert result.exit_code == 0
    assert "no prior" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sample", "-o", "nowhere/x.png"], "folder nowhere does not exist"),
        (["sample", "-o", "."], "is a folder"),
        (["interpolate", "-o", "x.png", "--from", "1"], "both of them"),
        (["interpolate", "-o", "x.png", "--from", "1", "--to", "2", "--seed", "3"], "not both"),
        (["interpolate", "-o", "x.png", "--from", "1", "--to", "360"], "360 held-out examples"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_a_sentence(runs, arguments, words):
    assert words in refused(arguments[0], runs / "vae", *arguments[1:])


def test_a_full_disk_is_told_in_a_sentence(runs):
    assert "/dev/full cannot be written" in refused("sample", runs / "vae", "-o", "/dev/full")


@pytest.mark.parametrize("options", [[], ["--once"]])
@pytest.mark.parametrize("suffix", ["png", "gif", "webp"])
def test_a_walk_says_how_it_was_made_whatever_its_format(tmp_path, runs, suffix, options):
    path = tmp_path / f"walk.{suffix}"
    draw(path, "interpolate", runs / "vae", "--seed", 4, "--count", 7, "--seconds", 1.4, *options)
    found = json.loads(call("origin", path).stdout)
    assert (found["run"], found["step"], found["seed"], found["path"]) == ("vae", 22, 4, "linear")
    assert np.float32(found["z"]).shape == (7, 2) and found["recipe"]["bottleneck"] == {"kind": "Gaussian", "size": 2}
    # Its own command makes the very same picture.
    again = shlex.split(found["command"])
    assert again[:2] == ["vaelab", "interpolate"]
    assert draw(path, *[word for word in again[1:] if word not in ("-o", f"picture.{suffix}")]) == path.read_bytes()
    assert json.loads(call("origin", path).stdout)["z"] == found["z"]
    with Image.open(path) as image:
        assert getattr(image, "n_frames", 1) == (1 if suffix == "png" else 7)
        if suffix != "png":
            image.seek(3)
            image.load()
            assert image.info["duration"] == 200
            forever = image.info.get("loop") == 0
            assert forever == (not options)


def test_the_frames_of_a_film_are_the_images_of_the_strip(tmp_path, runs):
    strip, film = tmp_path / "strip.png", tmp_path / "film.webp"
    for path in (strip, film):
        draw(path, "interpolate", runs / "vae", "--from", 3, "--to", 359, "--count", 5)
    with Image.open(strip) as image:
        pixels = np.asarray(image)
    with Image.open(film) as image:
        for index in range(5):
            image.seek(index)
            frame = np.asarray(image.convert("L"))
            np.testing.assert_array_equal(frame[2:-2, 2:-2], pixels[2:-2, 2 + index * 90 : 90 + index * 90])


def test_a_large_grid_keeps_all_its_codes(tmp_path, runs):
    path = tmp_path / "many.png"
    draw(path, "sample", runs / "ae", "--n", 4096, "--density", "gaussian")
    assert np.float32(json.loads(call("origin", path).stdout)["z"]).shape == (4096, 3)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("text.png", b"hello", "is no PNG, GIF or WebP"),
        ("other.gif", None, "does not say how it was made"),
        ("other.png", None, "does not say how it was made"),
        ("missing.png", b"", "No such file"),
    ],
)
def test_what_says_nothing_of_its_origin_is_told_so(tmp_path, name, content, words):
    path = tmp_path / name
    if content is None:
        Image.new("L", (4, 4)).save(path)
    elif content:
        path.write_bytes(content)
    assert words in refused("origin", path)
