"""However many examples there are, little memory is needed: 100,000 pictures and 1,000,000 rows in less than 2 GiB."""

import numpy as np
import pytest

from tests.data.own import watched
from tests.data.own.making import encoded, pixels

GIB = 1 << 30
PROGRAM = """
from pathlib import Path
from vaelab.data import load
from vaelab.data.own.planning import plan
from vaelab.data.own.storing import store
own = store(plan(Path(sys.argv[1]))).own
images = load(own.name).train.images
result = [own.train + own.test, list(own.shape), float(images[:1000].mean())]
"""


def folder_of(place, count):
    contents = [encoded(pixels(seed, 32, 32, 3), compress_level=1) for seed in range(100)]
    for name in range(10):
        (place / str(name)).mkdir(parents=True)
    for index in range(count):
        (place / str(index % 10) / f"{index}.png").write_bytes(contents[index % 97])
    return place


def table_of(place, count):
    rows = [",".join(f"{value:.4f}" for value in row) + f",{index % 7}\n"
            for index, row in enumerate(np.random.default_rng(0).normal(size=(1000, 16)))]  # fmt: skip
    with place.with_suffix(".csv").open("w") as file:
        file.write(",".join(f"x{number}" for number in range(16)) + ",label\n")
        for start in range(0, count, 1000):
            file.writelines(rows[: min(1000, count - start)])
    return place.with_suffix(".csv")


@pytest.mark.parametrize(
    ("make", "count", "shape"),
    [
        (folder_of, 1_500, [32, 32, 3]),
        (table_of, 30_000, [16, 1]),
        pytest.param(folder_of, 100_000, [32, 32, 3], marks=pytest.mark.slow),
        pytest.param(table_of, 1_000_000, [16, 1], marks=pytest.mark.slow),
    ],
)
def test_memory_is_bounded(make, count, shape, tmp_path):
    (found, its_shape, mean), peak = watched.run(PROGRAM, make(tmp_path / "source", count), timeout=1200)
    print(f"{count:,} examples of {shape}: {peak >> 20} MB at most")
    assert (found, its_shape) == (count, shape) and 50 < mean < 200
    assert peak < (GIB // 4 if count < 100_000 else 2 * GIB)
