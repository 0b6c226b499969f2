"""Promise 8: no upload makes anyone decode more than 16 megapixels or 8,192 a side; only PNG, JPEG and WebP."""

import gzip
import resource
import time

import numpy as np
import pytest
from PIL import Image

from tests.data.own import watched
from tests.data.own.making import encoded, file, mutated, pictures, pixels, png_of, zipped
from vaelab.data.own.pictures import decode
from vaelab.data.own.planning import plan
from vaelab.errors import DataError

MEMORY = 100 << 20
PICTURE = pixels(0, 24, 20, 3)
KINDS = {"PNG": encoded(PICTURE), "JPEG": encoded(PICTURE, "JPEG"), "WEBP": encoded(PICTURE, "WEBP", lossless=True)}


def animation(frames: int) -> bytes:
    import io

    file = io.BytesIO()
    steps = [Image.fromarray(np.full((8, 8), index % 250, np.uint8)) for index in range(frames)]
    steps[0].save(file, "PNG", save_all=True, append_images=steps[1:], duration=10)
    return file.getvalue()


def lying_animation(frames: int) -> bytes:
    """A still picture whose header announces an animation."""
    import struct
    import zlib

    body = struct.pack(">II", frames, 0)
    chunk = struct.pack(">I", 8) + b"acTL" + body + struct.pack(">I", zlib.crc32(b"acTL" + body))
    return KINDS["PNG"][:33] + chunk + KINDS["PNG"][33:]


def webp_of(width: int, height: int) -> bytes:
    """The header of an extended WebP file with a canvas of this size."""
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + (22).to_bytes(4, "little") + b"WEBPVP8X" + (10).to_bytes(4, "little") + bytes(4) + sides


HOSTILE = {
    "a PNG of 2,500 megapixels": (png_of(50_000, 50_000, content=b""), "million pixels"),
    "a PNG of 169 megapixels in 20 kB": (png_of(13_000, 13_000), "million pixels"),
    "a PNG as long as 9,000 pixels": (png_of(9_000, 8), "million pixels"),
    "a WebP of 268 megapixels": (webp_of(16_383, 16_383), "million pixels"),
    "a WebP of 16 megapixels": (webp_of(4_000, 4_000), "4 million pixels"),
    "an animation of 101 frames": (animation(101), "more than 100 frames"),
    "an animation that announces 100,000 frames": (lying_animation(100_000), "more than 100 frames"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "no PNG"),
    "HTML": (b"<!doctype html><script>alert(1)</script>", "no PNG"),
    "FITS": (b"SIMPLE  =                    T".ljust(2880), "no PNG"),
    "zipped FITS": (gzip.compress(b"SIMPLE  = T" + bytes(1 << 20)), "no PNG"),
    "EPS": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no PNG"),
    "GIF": (encoded(PICTURE[..., 0], "GIF"), "no PNG"),
    "BMP": (encoded(PICTURE, "BMP"), "no PNG"),
    "TIFF": (encoded(PICTURE, "TIFF"), "no PNG"),
    "a JPEG cut in half": (KINDS["JPEG"][: len(KINDS["JPEG"]) // 2], "damaged"),
    "a PNG cut in half": (KINDS["PNG"][: len(KINDS["PNG"]) // 2], "damaged"),
    "nothing": (b"", "no PNG"),
    "21 MB": (bytes(21 << 20), "larger than 20 MB"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_promise_08_hostile_pictures_are_refused_in_words_before_they_are_decoded(name):
    content, reason = HOSTILE[name]
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    with pytest.raises(DataError, match=reason):
        decode(content)
    assert time.perf_counter() - started < 3  # A second where nothing else runs.
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < MEMORY


def test_promise_08_the_largest_picture_that_is_allowed_fits_the_memory():
    program = """
from tests.data.own.making import png_of
from vaelab.data.own.pictures import decode
import numpy as np
from PIL import Image
small = decode(png_of(8, 8))
before = peak()
content = png_of(4000, 4000, 8)
image = decode(content)
result = [before, image.size]
"""
    (before, size), peak = watched.run(program)
    assert min(size) >= 512 and max(size) < 4000
    assert peak - before < MEMORY


@pytest.mark.parametrize("count", [200, pytest.param(2000, marks=pytest.mark.slow)])
def test_promise_08_mutated_pictures_are_decoded_or_refused_in_words(count):
    program = """
import time
import numpy as np
from tests.data.own.making import mutated
from tests.data.own.test_promise_08_pictures import KINDS
from vaelab.data.own.pictures import decode
from vaelab.errors import DataError
random = np.random.default_rng(8)
before = peak()
refused, slowest = 0, 0.0
for index in range(int(sys.argv[1])):
    content = mutated(list(KINDS.values())[index % 3], random)
    started = time.perf_counter()
    try:
        image = decode(content)
        assert image.mode in ("L", "LA", "RGB", "RGBA") and image.width * image.height <= 16_000_000
    except DataError as error:
        assert str(error) and len(str(error)) < 100
        refused += 1
    slowest = max(slowest, time.perf_counter() - started)
result = [refused, slowest, before]
"""
    (refused, slowest, before), peak = watched.run(program, count)
    print(f"{count} mutated pictures: {refused} refused, the slowest took {slowest:.3f} s, {(peak - before) >> 20} MB")
    assert 0.2 * count < refused < count
    assert slowest < 3
    assert peak - before < MEMORY


def test_promise_08_damaged_pictures_are_left_out_with_their_reason_and_the_others_kept():
    random, entries = np.random.default_rng(3), pictures(60)
    bad = {f"class 0/bad {index}.png": mutated(KINDS["PNG"], random)[:40] for index in range(7)}
    found = plan([zipped(entries | bad | {"class 1/page.png": HOSTILE["HTML"][0]})])
    assert found.dropped.total == 8
    assert len(found.train) + len(found.test) == 60
    assert "8 left out" in found.sentences()[-2]


def test_promise_08_many_hostile_pictures_are_one_sentence():
    entries = {f"{index}.png": content for index, (content, _) in enumerate(HOSTILE.values()) if len(content) < 1 << 20}
    with pytest.raises(DataError, match="holds no picture that can be used.*million pixels") as caught:
        plan([zipped(entries)])
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


@pytest.mark.parametrize("kind", KINDS)
def test_promise_08_sound_pictures_are_decoded(kind):
    image = decode(KINDS[kind])
    assert (image.size, image.mode) == ((20, 24), "RGB")
    if kind != "JPEG":
        assert (np.asarray(image) == PICTURE).all()


def test_promise_08_a_sheet_obeys_the_same_limits():
    with pytest.raises(DataError, match="million pixels"):
        plan([file("sheet.png", HOSTILE["a PNG of 169 megapixels in 20 kB"][0])])


def test_promise_08_all_pictures_of_an_archive_together_have_a_limit(monkeypatch):
    from vaelab.data.own import encoded as reader

    decoded = []
    monkeypatch.setattr(reader, "DECODED", 10 * 16 * 16)
    monkeypatch.setattr(reader.pictures, "decode", lambda content, **_: decoded.append(1) or Image.new("L", (16, 16)))
    with pytest.raises(DataError, match="million pixels; make its pictures smaller"):
        plan([zipped(pictures(60))])
    assert len(decoded) == 11
