"""The encoder on its way to a page: what it holds, where it comes from, who may have it."""

import numpy as np
import pytest

from tests.live.helpers import stored_run, tiny
from tests.live.web import LIVE_RUN, SHIPPED
from vaelab.checkpoints import create_run, files
from vaelab.errors import RunError
from vaelab.live import encoders
from vaelab.live.control import ENCODER, LIVE
from vaelab.live.describe import encoder_names, expected_parameters, initial_parameters
from vaelab.live.encoders import encoder_message, stored_encoder
from vaelab.live.frames import unpack
from vaelab.nets import Dense
from vaelab.spec import replace, to_json


def test_the_encoder_of_a_stored_run_is_that_of_its_newest_step(tmp_path):
    run = stored_run(tmp_path / "run", step=30)
    header, arrays = unpack(stored_encoder(run))
    assert (header["step"], header["run"], header["latent"], header["image_shape"]) == (30, "run", 2, [8, 8, 1])
    assert set(arrays) == set(encoder_names(tiny()))
    assert all((array == 0.5).all() for array in arrays.values())
    values = [value for layer in header["program"] for value in layer.values() if isinstance(value, str)]
    assert {value for value in values if "/" in value} == set(arrays)


def test_before_the_first_step_it_is_the_initial_one(tmp_path):
    run = create_run(tmp_path / "run", to_json(tiny()), title="t", command="c", seed=3)
    _, arrays = unpack(stored_encoder(run))
    for name, array in initial_parameters(tiny(), 3, encoder_names(tiny())).items():
        np.testing.assert_array_equal(arrays[name], array)


def test_large_kernels_travel_in_half_precision():
    recipe = replace(tiny(), backbone=Dense(hidden=(1000,)))
    parameters = {name: np.full(shape, 0.1, np.float32) for name, (shape, _) in expected_parameters(recipe).items()}
    _, arrays = unpack(encoder_message(recipe, parameters, "run", 0))
    assert arrays["encoder/1/kernel"].dtype == np.float16 and arrays["encoder/1/bias"].dtype == np.float32


def test_an_encoder_too_large_for_a_page_is_refused_in_words(tmp_path, monkeypatch):
    run = stored_run(tmp_path / "run")
    monkeypatch.setattr(encoders, "LARGEST", 100)
    with pytest.raises(RunError, match="encoder has .* numbers, too many to run in a page"):
        stored_encoder(run)


def test_the_route_gives_what_is_stored_and_what_a_worker_shows(client, served):
    answer = client.get(f"/app/vaelab/runs/{SHIPPED}/encoder")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    assert unpack(answer.content)[0]["run"] == SHIPPED
    folder = served.root / LIVE_RUN
    assert unpack(client.get(f"/app/vaelab/runs/{LIVE_RUN}/encoder").content)[0]["step"] == 30  # Nothing shown yet.
    files.make_folder(folder / LIVE)
    files.replace(folder / ENCODER, b"what the worker wrote", durable=False)
    assert client.get(f"/app/vaelab/runs/{LIVE_RUN}/encoder").content == b"what the worker wrote"


def test_the_route_asks_who_is_there(client):
    foreign = client.get(f"/app/vaelab/runs/{SHIPPED}/encoder", headers={"origin": "http://evil.example"})
    assert foreign.status_code == 403 and foreign.json()["message"]
    for run in ("ffffffffffffffff", "UPPER", "a.b", "..%2fruns"):
        assert client.get(f"/app/vaelab/runs/{run}/encoder").status_code == 404


def test_a_stored_encoder_is_read_once(client, monkeypatch):
    from vaelab.live import watch

    read = []
    monkeypatch.setattr(watch, "stored_encoder", lambda run: read.append(run) or b"content")
    for _ in range(3):
        assert client.get(f"/app/vaelab/runs/{SHIPPED}/encoder").content == b"content"
    assert len(read) == 1
