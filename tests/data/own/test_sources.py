"""What becomes of every kind of source: the shape, the classes, the split, what is left out, and why others are not."""

import gzip

import numpy as np
import pytest
from PIL import Image

from tests.data.own.making import (
    array_file,
    arrays_file,
    encoded,
    file,
    pictures,
    pixels,
    zipped,
)
from vaelab.data import idx
from vaelab.data.own.options import Options
from vaelab.data.own.planning import plan
from vaelab.errors import DataError

GREY = np.random.default_rng(0).integers(0, 256, (60, 20, 28), np.uint8)
COLOURED = np.random.default_rng(0).integers(0, 256, (60, 16, 16, 3), np.uint8)
LABELS = np.arange(60) % 3
IDX = idx.header(GREY.shape) + GREY.tobytes()
IDX_LABELS = idx.header((60,)) + LABELS.astype(np.uint8).tobytes()
ROWS = np.random.default_rng(0).normal(size=(60, 6))


def text(rows, separator=",", header="") -> bytes:
    lines = [separator.join(f"{value:.6g}" if not isinstance(value, str) else value for value in row) for row in rows]
    return "\n".join([*([header] if header else []), *lines, ""]).encode()


def labelled(rows=ROWS, words=("a", "b", "c")):
    return [[*row, words[index % len(words)]] for index, row in enumerate(rows.tolist())]


def sheet(side: int = 16, columns: int = 10, rows: int = 6, gap: int = 0) -> bytes:
    step = side + gap
    canvas = np.zeros((rows * step - gap, columns * step - gap), np.uint8)
    for place in range(rows * columns):
        top, left = (part * step for part in divmod(place, columns))
        canvas[top : top + side, left : left + side] = pixels(place, side, side)
    return encoded(canvas)


def split_zip():
    entries = pictures(60)
    return zipped({f"data/{'test' if index % 3 == 0 else 'train'}/{path}": entries[path]
                   for index, path in enumerate(entries)})  # fmt: skip


GOOD = {
    "a zip with class folders": (lambda: [zipped(pictures(60))], {}, (16, 16, 1), 2, (48, 12)),
    "a zip in one folder": (
        lambda: [zipped({f"all/{n}": c for n, c in pictures(60, 1).items()})], {}, (16, 16, 1), 1, (48, 12)),
    "a zip of its own split": (lambda: [split_zip()], {}, (16, 16, 1), 2, (40, 20)),
    "a zip of colours": (lambda: [zipped(pictures(60, channels=3))], {}, (16, 16, 3), 2, (48, 12)),
    "colours made grey": (lambda: [zipped(pictures(60, channels=3))], {"colour": "grey"}, (16, 16, 1), 2, (48, 12)),
    "classes thrown away": (lambda: [zipped(pictures(60))], {"classes": False}, (16, 16, 1), 1, (48, 12)),
    "another size": (lambda: [zipped(pictures(60))], {"size": (24, 40)}, (24, 40, 1), 2, (48, 12)),
    "an odd size": (lambda: [zipped(pictures(60))], {"size": (9, 13)}, (9, 13, 1), 2, (48, 12)),
    "large pictures": (lambda: [zipped(pictures(50, height=200, width=160))], {}, (64, 64, 1), 2, (40, 10)),
    "half held out": (lambda: [zipped(pictures(60))], {"test": 0.5}, (16, 16, 1), 2, (30, 30)),
    "pictures one by one": (
        lambda: [file(f"{n}.png", encoded(pixels(n))) for n in range(50)], {}, (16, 16, 1), 1, (40, 10)),
    "a sheet": (lambda: [file("sheet.png", sheet())], {}, (16, 16, 1), 1, (48, 12)),
    "a sheet with gaps": (lambda: [file("sheet.png", sheet(gap=2))], {"tile": 16, "gap": 2}, (16, 16, 1), 1, (48, 12)),
    "an array": (lambda: [array_file(GREY)], {}, (20, 28, 1), 1, (48, 12)),
    "an array and labels": (lambda: [array_file(GREY), array_file(LABELS)], {}, (20, 28, 1), 3, (48, 12)),
    "labels and an array": (lambda: [array_file(LABELS), array_file(GREY)], {}, (20, 28, 1), 3, (48, 12)),
    "an array of colours": (lambda: [array_file(COLOURED)], {}, (16, 16, 3), 1, (48, 12)),
    "channels first": (lambda: [array_file(COLOURED.transpose(0, 3, 1, 2))], {}, (16, 16, 3), 1, (48, 12)),
    "an array of vectors": (lambda: [array_file(ROWS)], {}, (6, 1), 1, (48, 12)),
    "an array of sequences": (lambda: [array_file(ROWS.reshape(60, 3, 2))], {"features": 2}, (3, 2), 1, (48, 12)),
    "npz as Keras has it": (
        lambda: [arrays_file(x_train=GREY, y_train=LABELS, x_test=GREY[:9], y_test=LABELS[:9])],
        {}, (20, 28, 1), 3, (60, 9)),
    "npz of one array": (lambda: [arrays_file(whatever=GREY)], {}, (20, 28, 1), 1, (48, 12)),
    "IDX": (lambda: [file("a-idx3-ubyte", IDX)], {}, (20, 28, 1), 1, (48, 12)),
    "IDX and labels, zipped": (
        lambda: [file("a.gz", gzip.compress(IDX)), file("b.gz", gzip.compress(IDX_LABELS))],
        {}, (20, 28, 1), 3, (48, 12)),
    "a table": (lambda: [file("t.csv", text(ROWS))], {}, (6, 1), 1, (48, 12)),
    "a table with a header": (lambda: [file("t.csv", text(ROWS, header="a,b,c,d,e,f"))], {}, (6, 1), 1, (48, 12)),
    "a table with words for classes": (lambda: [file("t.csv", text(labelled()))], {}, (6, 1), 3, (48, 12)),
    "a table with a column called label": (
        lambda: [file("t.csv", text(np.c_[LABELS, ROWS], header="label,a,b,c,d,e,f"))], {}, (6, 1), 3, (48, 12)),
    "a table without its classes": (
        lambda: [file("t.csv", text(np.c_[LABELS, ROWS]))], {"label": "1"}, (6, 1), 3, (48, 12)),
    "a table of sequences": (lambda: [file("t.csv", text(ROWS))], {"features": 2}, (3, 2), 1, (48, 12)),
    "semicolons": (lambda: [file("t.csv", text(ROWS, ";"))], {}, (6, 1), 1, (48, 12)),
    "tabs": (lambda: [file("t.tsv", text(ROWS, "\t"))], {}, (6, 1), 1, (48, 12)),
    "blanks": (lambda: [file("t.txt", text(ROWS, "  "))], {}, (6, 1), 1, (48, 12)),
    "quotes and a byte order mark": (
        lambda: [file("t.csv", b"\xef\xbb\xbf" + text(labelled(words=('"a, b"', '"c"'))))], {}, (6, 1), 2, (48, 12)),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_a_good_source_becomes_what_is_wanted(name):
    make, options, shape, classes, split = GOOD[name]
    found = plan(make(), Options(**options))
    assert found.shape == shape
    assert len(found.classes) == classes
    assert (len(found.train), len(found.test)) == split
    assert found.dropped.total == 0
    assert sorted([*found.train, *found.test]) == list(range(sum(split)))
    assert found.samples.shape == (12, *shape) and found.samples.dtype == np.uint8
    assert sum(found.class_counts.values()) == sum(split)
    assert all(sentence.endswith(".") for sentence in found.sentences())
    assert found.samples.std() > 5


BAD = {
    "no file": (lambda: [], {}, "Nothing was given"),
    "an unknown kind": (lambda: [file("a.doc", b"hello")], {}, "of no kind that can be read"),
    "49 pictures": (lambda: [zipped(pictures(49))], {}, "49 examples that can be used, but 50 to 1,000,000"),
    "two archives": (lambda: [zipped(pictures(50)), zipped(pictures(50))], {}, "do not make one data set"),
    "a picture and a table": (lambda: [file("a.png", sheet()), file("t.csv", b"1,2")], {}, "do not make one data set"),
    "a sheet of 4 tiles": (lambda: [file("a.png", encoded(pixels(0, 32, 32)))], {"tile": 16}, "4 tiles of 16 pixels"),
    "a sheet no tile divides": (lambda: [file("a.png", encoded(pixels(0, 101, 103)))], {}, "say how large a tile is"),
    "a black sheet": (lambda: [file("a.png", encoded(np.zeros((160, 160), np.uint8)))], {}, "one colour only"),
    "labels that do not fit": (lambda: [array_file(GREY), array_file(LABELS[:50])], {}, "60 examples, but 50 labels"),
    "labels that are no whole numbers": (lambda: [array_file(GREY), array_file(LABELS / 2)], {}, "whole numbers"),
    "two arrays": (lambda: [array_file(GREY), array_file(GREY)], {}, "2 of examples and 0 of labels"),
    "arrays of unclear names": (lambda: [arrays_file(p=GREY, q=GREY)], {}, "not clear which"),
    "a bank of filters": (lambda: [array_file(np.zeros((60, 8, 8, 7), np.uint8))], {}, "neither grey"),
    "steps that do not divide": (lambda: [array_file(ROWS)], {"features": 4}, "cannot be sequences with 4"),
    "a table of one column": (lambda: [file("t.csv", b"1\n" * 60)], {}, "1 cell in a row"),
    "an empty table": (lambda: [file("t.csv", b"\n\n")], {}, "is empty"),
    "a table of words": (lambda: [file("t.csv", b"hello there, you,and you\n" * 60)], {}, "no row of numbers"),
    "a table in another encoding": (lambda: [file("t.csv", "naïve,1,2\n".encode("latin-1") * 60)], {}, "UTF-8"),
    "a table with zero bytes": (lambda: [file("t.csv", b"1,2\n" * 60 + b"\0,1\n")], {}, "zero bytes"),
    "a line without an end": (lambda: [file("t.csv", b"1,2\n" + b"1," * (1 << 20))], {}, "line of more than 1 MB"),
    "a column that is not there": (lambda: [file("t.csv", text(ROWS))], {"label": "kind"}, "no column 'kind'"),
    "more numbers than fit": (lambda: [file("t.csv", (b"1," * 19_999 + b"1\n") * 3)], {}, "20,000 cells"),
    "only infinite numbers": (lambda: [file("t.csv", b"inf,1\n" * 60)], {}, "not finite"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_source_is_refused_in_one_sentence(name):
    make, options, says = BAD[name]
    with pytest.raises(DataError, match=says) as caught:
        plan(make(), Options(**options))
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"size": (7, 8)}, "from 8 to 128"),
        ({"size": (8, 129)}, "from 8 to 128"),
        ({"fit": "squash"}, "crop, pad, stretch"),
        ({"colour": "blue"}, "auto, grey, colour"),
        ({"invert": "maybe"}, "auto, yes, no"),
        ({"test": 0.0}, "0.01 and 0.5"),
        ({"test": float("nan")}, "0.01 and 0.5"),
        ({"tile": -1}, "tile must be"),
        ({"features": 10**6}, "features must be"),
    ],
)
def test_options_out_of_range_are_refused(options, says):
    with pytest.raises(DataError, match=says):
        Options(**options)


def test_a_folder_is_read_as_a_zip_is(tmp_path):
    for path, content in pictures(60).items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    (tmp_path / "class 0" / "link.png").symlink_to("/etc/passwd")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "x.png").write_bytes(encoded(pixels(1)))
    folder, archive = plan(tmp_path), plan([zipped(pictures(60))])
    assert (folder.shape, folder.classes, folder.class_counts) == (archive.shape, archive.classes, archive.class_counts)
    assert folder.dropped.total == 0


@pytest.mark.parametrize("path", ["missing.zip", "folder"])
def test_a_path_that_is_no_source_is_refused(path, tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(DataError, match="cannot be opened|holds no picture"):
        plan(tmp_path / path)


def test_rows_are_left_out_with_their_line_and_reason():
    lines = text(labelled()).decode().splitlines()
    lines[2:2] = ["1,2,3"]
    lines[5:5] = ["1,2,x,4,5,6,a", "1,2,nan,4,5,6,a", ""]
    found = plan([file("t.csv", "\r\n".join(lines).encode())])
    assert found.dropped.first == [
        ("line 3", "without 7 cells"), ("line 6", "with a cell that is no number"),
        ("line 7", "with numbers that are not finite"),
    ]  # fmt: skip
    assert len(found.train) + len(found.test) == 60


# --- the bytes of the examples ------------------------------------------------------------------------------------


def made(found) -> np.ndarray:
    return np.stack([found.making.make(number) for number in range(found.source.count)])


@pytest.mark.parametrize("array", [GREY, COLOURED], ids=["grey", "coloured"])
def test_bytes_of_the_wanted_size_stay_as_they_are(array):
    found = made(plan([array_file(array)], Options(invert="no")))
    assert (found == array.reshape(found.shape)).all()


@pytest.mark.parametrize(
    ("array", "low", "high"),
    [(GREY / 255, 0, 1), (GREY > 99, 0, 1), (GREY.astype(np.int32), 0, 255), (GREY * 3.0 - 100, -100, 665)],
    ids=["in [0, 1]", "true or false", "whole numbers up to 255", "any range"],
)
def test_other_numbers_become_grey_levels(array, low, high):
    expected = np.rint((array.astype(np.float64) - low) / (high - low) * 255)
    assert np.abs(made(plan([array_file(array)], Options(invert="no")))[..., 0] - expected).max() <= 1


def test_numbers_are_scaled_by_column_and_the_scale_is_kept():
    found = plan([file("t.csv", text(labelled(), header="a,b,c,d,e,f,kind"))])
    low, high = (np.array(found.making.scale[name]) for name in ("low", "high"))
    assert found.making.scale["columns"] == list("abcdef")
    examples = made(found)[..., 0]
    assert examples.min(axis=0).tolist() == [0] * 6 and examples.max(axis=0).tolist() == [255] * 6
    back = low + examples / 255 * (high - low)
    assert np.abs(back - ROWS).max() <= (high - low).max() / 255 / 2 + 1e-5


def test_features_are_scaled_over_all_steps():
    found = plan([file("t.csv", text(ROWS))], Options(features=2))
    low = ROWS.reshape(60, 3, 2).min(axis=(0, 1))
    assert np.allclose(found.making.scale["low"], low, atol=1e-5)
    assert made(found).min(axis=(0, 1)).tolist() == [0, 0]


def test_a_constant_column_is_zero():
    rows = ROWS.copy()
    rows[:, 2] = 7
    assert (made(plan([array_file(rows)]))[:, 2] == 0).all()


def test_dark_on_light_is_turned_and_colours_are_not():
    light = {name: encoded(255 - pixels(index)) for index, name in enumerate(pictures(60))}
    assert (made(plan([zipped(light)]))[0, ..., 0] == pixels(0)).all()
    assert (made(plan([zipped(light)], Options(invert="no")))[0, ..., 0] == 255 - pixels(0)).all()
    coloured = {name: encoded(255 - pixels(index, channels=3)) for index, name in enumerate(pictures(60))}
    assert (made(plan([zipped(coloured)]))[0] == 255 - pixels(0, channels=3)).all()


def test_a_drawing_on_nothing_gets_a_ground_that_shows_it():
    transparent = np.zeros((16, 16, 4), np.uint8)
    transparent[4:12, 4:12, 3] = 255  # Black on nothing.
    found = made(plan([zipped({f"{index}.png": encoded(transparent) for index in range(50)})]))
    assert (found[0, 4:12, 4:12] == 255).all() and found[0, 0, 0] == 0


def test_sixteen_bits_are_shortened_not_cut_off():
    deep = (pixels(0).astype(np.uint16) << 8) + 77
    found = made(plan([zipped({f"{index}.png": encoded(deep) for index in range(50)})]))
    assert (found[0, ..., 0] == pixels(0)).all()


@pytest.mark.parametrize("turned", range(1, 9))
def test_photographs_stand_upright(turned):
    upright = np.zeros((16, 24), np.uint8)
    upright[:4, :4] = 255
    from PIL import ImageOps

    image = Image.fromarray(upright)
    exif = image.getexif()
    exif[0x0112] = turned
    content = encoded(upright, "JPEG", exif=exif, quality=95)
    import io

    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(content))))
    found = plan([zipped({f"{index}.jpg": content for index in range(50)})])
    assert found.shape == (*expected.shape, 1)
    assert np.abs(made(found)[0, ..., 0].astype(int) - expected).max() < 3


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_other_shapes_are_cut_padded_or_stretched(fit):
    wide = np.full((16, 48), 100, np.uint8)
    wide[:, 16:32] = 200
    given = zipped({f"{number}.png": encoded(wide) for number in range(50)})
    found = made(plan([given], Options((16, 16), fit=fit, invert="no")))
    row = found[0, 8, :, 0]
    assert row[8] == 200
    assert abs(int(row[1]) - {"crop": 200, "pad": 100, "stretch": 100}[fit]) < 5
    assert found[0, 0, 8, 0] == (0 if fit == "pad" else 200)


def test_class_names_are_shown_safely():
    names = ["<img src=x onerror=alert(1)>", "a\u202eb", "x" * 200]
    entries = {f"{name}/{index}.png": encoded(pixels(index)) for index in range(20) for name in names}
    classes = plan([zipped(entries)]).classes
    assert len(classes) == 3 and all(len(name) <= 60 and name.isprintable() for name in classes)


def test_too_many_folders_are_no_classes():
    entries = {f"{index}/0.png": encoded(pixels(index)) for index in range(257)}
    found = plan([zipped(entries)])
    assert found.classes == ("all",) and "more than 256 folders" in " ".join(found.sentences())
