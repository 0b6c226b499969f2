"""What a worker shows: true to the model, light while it trains, and drawable whatever the numbers have become."""

import jax
import numpy as np
import pytest

from tests.live.helpers import tiny
from vaelab.checkpoints import create_run, read_metrics
from vaelab.data import GaussianNoise, Split
from vaelab.evaluation.gallery import gallery, holes, information
from vaelab.latent import BATCH, encode
from vaelab.live.control import ENCODER, FRAME, LIVE
from vaelab.live.frames import unpack
from vaelab.live.recorder import Recorder
from vaelab.live.snapshot import Snapshot
from vaelab.nets import Dense
from vaelab.objectives.penalties import gaussian_kl
from vaelab.spec import replace, to_json
from vaelab.training.loop import Controls, Progress


@pytest.fixture(scope="module")
def trained(digits):
    """A recipe with large kernels, and its state after some steps."""
    recipe = replace(tiny(), backbone=Dense(hidden=(600,)))
    *_, progress = recipe.train(dataset=digits, seed=2, controls=Controls(seconds=0.1))
    return recipe, progress.state


def test_it_shows_what_the_evaluation_computes(trained, digits):
    recipe, state = trained
    snapshot = Snapshot(recipe, digits, 2)
    snapshot.load(state.parameters)
    snapshot.refresh(recipe.objective)
    snapshot.measure_holes()
    snapshot.fit_densities()
    model = snapshot._model
    expected = gallery(model, digits, recipe.data.binarization)
    for name, array in expected.items():
        np.testing.assert_allclose(snapshot.gallery[name], array, rtol=1e-5)
    likelihood = recipe.objective.likelihood
    assert snapshot.holes == pytest.approx(
        holes(model, likelihood, expected["codes"], digits, recipe.data.binarization)
    )
    assert snapshot.gallery["originals"].shape == (10, 8, 8, 1)
    assert snapshot.gallery["reconstructions"].std() > 10  # An image, not a constant.


def test_information_is_the_divergence_that_training_adds_up(trained, digits):
    recipe, state = trained
    snapshot = Snapshot(recipe, digits, 2)
    snapshot.load(state.parameters)
    means, deviations = encode(snapshot._model, snapshot._images, snapshot._labels)
    expected = np.asarray(gaussian_kl(means, 2 * np.log(deviations))).mean(axis=0)
    np.testing.assert_allclose(information(snapshot._model, means, deviations), expected, rtol=1e-5)


def test_another_number_of_examples_compiles_nothing(trained, digits, caplog, monkeypatch):
    monkeypatch.setattr("vaelab.live.snapshot.FEWEST", BATCH)
    recipe, state = trained
    many = Split(np.tile(digits.test.images, (4, 1, 1, 1)), np.tile(digits.test.labels, 4))
    snapshot = Snapshot(recipe, digits._replace(test=many), 2)
    snapshot.load(state.parameters)
    snapshot.refresh(recipe.objective)
    with jax.log_compiles():
        snapshot.refresh(recipe.objective, seconds=0)
        assert not [record for record in caplog.records if "Compiling" in record.getMessage()]
        jax.jit(lambda x: x + 4321)(1.0)  # The question above can be answered with yes.
        assert [record for record in caplog.records if "Compiling" in record.getMessage()]
    assert len(snapshot.gallery["codes"]) < len(snapshot._images)


def test_examples_are_shown_as_the_encoder_sees_them(trained, digits):
    recipe, state = trained
    snapshot = Snapshot(recipe, digits, 2)
    snapshot.load(state.parameters)
    snapshot.refresh(recipe.objective)
    assert "seen" not in snapshot.gallery  # Where nothing is hidden, the originals say it.
    clean = snapshot.gallery["reconstructions"]
    noisy = replace(recipe.objective, corruption=GaussianNoise(scale=0.5))
    snapshot.refresh(noisy)
    first = snapshot.gallery
    assert first["seen"].shape == first["originals"].shape and first["seen"].dtype == np.uint8
    assert np.abs(first["seen"].astype(int) - first["originals"]).mean() > 30
    assert not np.array_equal(first["reconstructions"], clean)
    snapshot.refresh(noisy)
    np.testing.assert_array_equal(snapshot.gallery["seen"], first["seen"])  # The same noise in every frame.
    snapshot.refresh(replace(recipe.objective, corruption=GaussianNoise(scale=0.01)))  # The knob was turned.
    assert np.abs(snapshot.gallery["seen"].astype(int) - first["originals"]).mean() < 3


def test_large_kernels_travel_in_half_precision_while_they_change(trained, digits):
    recipe, state = trained
    snapshot = Snapshot(recipe, digits, 2)
    snapshot.load(state.parameters)
    exact, light = snapshot.decoder(exact=True), snapshot.decoder(exact=False)
    assert exact["decoder/1/kernel"].shape == (600, 64) and exact["decoder/1/kernel"].dtype == np.float32
    assert light["decoder/1/kernel"].dtype == np.float16 and light["decoder/1/bias"].dtype == np.float32
    np.testing.assert_allclose(light["decoder/1/kernel"], exact["decoder/1/kernel"], rtol=1e-3, atol=1e-7)
    snapshot.load(jax.tree.map(lambda leaf: leaf * 1e6, state.parameters))
    assert snapshot.decoder(exact=False)["decoder/1/kernel"].dtype == np.float32  # Beyond the range of halves.


def test_fewer_codes_are_encoded_when_time_is_short(trained, digits):
    recipe, state = trained
    many = digits._replace(test=digits.train._replace(images=np.tile(digits.train.images, (4, 1, 1, 1)),
                                                      labels=np.tile(digits.train.labels, 4)))  # fmt: skip
    snapshot = Snapshot(recipe, many, 2)
    snapshot.load(state.parameters)
    snapshot.refresh(recipe.objective)
    assert len(snapshot.gallery["codes"]) == 4 * len(digits.train.labels)
    snapshot.refresh(recipe.objective, seconds=1e-9)
    assert len(snapshot.gallery["codes"]) == len(snapshot.gallery["labels"]) == 2000


@pytest.mark.parametrize("scale", [1e6, 1e18, 1e38])
def test_a_model_about_to_diverge_can_still_be_drawn(tmp_path, trained, digits, scale):
    recipe, state = trained
    run = create_run(tmp_path / "run", to_json(recipe), title="t", command="c", seed=2)
    (run / LIVE).mkdir()
    state = state._replace(parameters=jax.tree.map(lambda leaf: leaf * scale, state.parameters))
    record, snapshot = Recorder(run, recipe, None, ""), Snapshot(recipe, digits, 2)
    record.note(Progress(5, 55, 0.5, {"kl": float("inf"), "loss": 1e30, "reconstruction": 2.0}, 0.1, state))
    snapshot.load(state.parameters)
    with np.errstate(all="ignore"):
        snapshot.refresh(recipe.objective)
        snapshot.measure_holes()
    record.report("training")
    record.show(snapshot)
    header, arrays = unpack((run / FRAME).read_bytes())
    assert header["metrics"] == {"loss": 1e30, "reconstruction": 2.0, "kl": None}
    assert read_metrics(run) == [{"step": 5, "loss": 1e30, "reconstruction": 2.0, "kl": None}]
    shown = {name: array for name, array in arrays.items() if name in ("codes", "information")}
    assert len(shown) == 2 and all(np.isfinite(array).all() for array in shown.values())
    np.testing.assert_array_equal(arrays["history"], np.array([[5, 1e30, 2, np.nan]], np.float32))


def test_the_encoder_is_written_beside_the_frames_but_more_rarely(tmp_path, trained, digits, monkeypatch):
    from vaelab.live import budget

    recipe, state = trained
    run = create_run(tmp_path / "run", to_json(recipe), title="t", command="c", seed=2)
    (run / LIVE).mkdir()
    now = [100.0]
    monkeypatch.setattr(budget.time, "monotonic", lambda: now[0])
    record, snapshot = Recorder(run, recipe, None, ""), Snapshot(recipe, digits, 2)
    snapshot.load(state.parameters)
    written = []
    for step in range(1, 31):
        now[0] += 0.1
        record.note(Progress(step, 300, 1.0, {"loss": 1.0}, 0.1, state))
        record.report("training")
        record.show(snapshot)
        written.append(unpack((run / ENCODER).read_bytes())[0]["step"])
    assert len(set(written)) == 3  # In three seconds, with thirty frames.
    record.report("paused")
    record.show(snapshot)
    header, arrays = unpack((run / ENCODER).read_bytes())
    assert header["step"] == 30
    for name, array in arrays.items():
        np.testing.assert_allclose(array, snapshot.parameters()[name], rtol=1e-3, atol=1e-6)
    record.clear_frame()
    assert not (run / ENCODER).exists()


def test_the_curve_of_a_long_run_does_not_grow_without_end(tmp_path, trained, digits, monkeypatch):
    from vaelab.live import recorder

    recipe, state = trained
    run = create_run(tmp_path / "run", to_json(recipe), title="t", command="c", seed=2)
    (run / LIVE).mkdir()
    snapshot = Snapshot(recipe, digits, 2)
    now = [100.0]
    monkeypatch.setattr(recorder.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(recorder, "ROWS_PER_SECOND", 100.0)  # As if ten hours were half an hour.
    record = Recorder(run, recipe, None, "")
    for step in range(1, 3001):
        now[0] += 0.2
        record.note(Progress(step, 3000, 1.0, {"loss": float(step)}, 0.1, state))
        if step % 3 == 0:
            record.show(snapshot)
    rows = read_metrics(run)
    assert 800 <= len(rows) < 1000 and rows[-1]["step"] > 2990
    assert [row["step"] for row in rows[:600]] == list(range(1, 601))  # At first, every chunk.
    late = rows[-1]["step"] - rows[-2]["step"]
    assert rows[-1]["loss"] == pytest.approx(rows[-1]["step"] - (late - 1) / 2)  # Later, means of several.
