"""The generated waves: values and factors tell the same story."""

import subprocess
import sys
import zlib

import numpy as np
import pytest
from scipy import signal

from vaelab.data import information, load
from vaelab.data.waves import render

FORM, FREQUENCY, PHASE, AMPLITUDE, OFFSET = range(5)
# The waves at a moment, in periods since the rise through the centre, as SciPy has them.
MOMENTS = (
    lambda x: np.sin(2 * np.pi * x),
    lambda x: signal.square(2 * np.pi * x),
    lambda x: signal.sawtooth(2 * np.pi * (x + 0.25), 0.5),
    lambda x: signal.sawtooth(2 * np.pi * (x + 0.5)),
)


@pytest.fixture(scope="module")
def waves():
    return load("waves")


def test_the_same_in_every_process(waves):
    program = (
        "import zlib; from vaelab.data import load; "
        "print([zlib.crc32(array.tobytes()) for split in load('waves')[1:3] for array in split])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    here = [zlib.crc32(array.tobytes()) for split in (waves.train, waves.test) for array in split]
    assert done.stdout.strip() == str(here)


def test_factors_reconstruct_the_wave(waves):
    np.testing.assert_array_equal(render(waves.test.factors), waves.test.images)
    np.testing.assert_array_equal(render(waves.test.factors[7:8]), waves.test.images[7:8])
    np.testing.assert_array_equal(waves.test.labels, waves.test.factors[:, FORM])
    facts = information("waves")
    assert facts.factors == ("form", "frequency", "phase", "amplitude", "offset")
    assert facts.is_sequence and not information("shapes").is_sequence


@pytest.mark.parametrize("form", range(4))
def test_a_value_is_the_mean_of_the_wave_over_its_interval(form, random):
    factors = np.column_stack([
        np.full(50, form), random.uniform(1, 4, 50), random.uniform(0, 1, 50), random.uniform(0.1, 0.3, 50),
        random.uniform(0.3, 0.7, 50),
    ])  # fmt: skip
    _, frequency, phase, amplitude, offset = factors.T[:, :, None]
    moments = (np.arange(48 * 1000) + 0.5) / (48 * 1000)
    fine = offset + amplitude * MOMENTS[form](phase + frequency * moments)
    wanted = 255 * fine.reshape(50, 48, 1000).mean(2)
    assert np.abs(render(factors)[..., 0] - wanted).max() < 0.5 + 255 * 0.3 * 2 / 1000


def test_factors_fill_their_ranges_apart_from_each_other(waves):
    factors = waves.train.factors
    shares = np.bincount(waves.train.labels) / len(factors)
    assert shares.min() > 0.235 and shares.max() < 0.265
    for column, (low, high) in zip(factors.T[1:], [(1, 4), (0, 1), (0.1, 0.3), (0.3, 0.7)], strict=True):
        assert low <= column.min() and column.max() <= np.float32(high)
        counts = np.histogram(column, 10, (low, high))[0]
        assert counts.min() > 0.85 * counts.mean() and counts.max() < 1.15 * counts.mean()
    assert abs(np.corrcoef(factors.T) - np.eye(5)).max() < 0.04


def test_nothing_is_cut_off(waves):
    amplitude, offset = waves.train.factors[:, AMPLITUDE], waves.train.factors[:, OFFSET]
    values = waves.train.images[..., 0] / 255
    assert (values.max(1) < offset + amplitude + 0.003).all() and (values.min(1) > offset - amplitude - 0.003).all()
    assert (values.max(1) - values.min(1) > 1.2 * amplitude).all()


def test_no_wave_is_in_both_splits_or_twice(waves):
    for arrays in ("factors", "images"):
        rows = [row.tobytes() for split in (waves.train, waves.test) for row in getattr(split, arrays)]
        assert len(set(rows)) == len(rows) == 12_000


@pytest.mark.parametrize("form", range(4))
def test_a_small_change_of_a_factor_changes_little(form):
    factors = np.tile([form, 2.3, 0.1, 0.3, 0.5], (200, 1))
    factors[:, PHASE] += np.linspace(0, 1, 200)
    steps = abs(np.diff(render(factors).astype(int), axis=0)).max((1, 2))
    # A hundredth part of a period at the steepest: a share of one value's interval.
    assert 0 < steps.max() < 25
    start, end = render(factors)[[0, -1], :, 0].astype(int)
    assert abs(start - end).max() <= 1  # A whole period is none.
