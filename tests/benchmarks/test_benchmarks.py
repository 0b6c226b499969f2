"""The benchmarks run at all, and say what they promise; how fast anything is, no test may ask."""

import json
import sys
from importlib.util import find_spec

import jax
import numpy as np
import pytest

from tests.benchmarks.__main__ import main, training_examples
from tests.benchmarks.limits import linear_layers, loop
from tests.benchmarks.report import facts
from tests.benchmarks.runner import Measurement, Slice
from tests.benchmarks.workloads import WORKLOADS
from vaelab.assign import assign
from vaelab.presets import preset

MEASURED = ("dense", "stream", "grid", "likelihood")
LIKE_DENSE = ("masked", "recurrent", "contractive", "sweep")  # The same harness around what other tests train.


@pytest.mark.parametrize("name", [*MEASURED, *(pytest.param(name, marks=pytest.mark.slow) for name in LIKE_DENSE)])
def test_a_run_without_peers_writes_its_figures(name, tmp_path, capsys):
    file = tmp_path / "figures.json"
    assert main([name, "--peers", "none", "--rounds", "1", "--seconds", "0.01", "--json", str(file)]) == 0
    found = json.loads(file.read_text())
    assert found.keys() >= {"ratios", "rates", "share_of_matrix_multiply_limit", "versions", "machine", "method"}
    assert found["machine"].keys() >= {"processor", "cores", "load_average"}
    variants = {key: variant.role for key, variant in WORKLOADS[name].variants.items()}
    assert found["rates"].keys() == {key for key, role in variants.items() if role != "peer"}
    assert all(rate > 0 for rate in found["rates"].values())
    assert set(found["ratios"]) == {key for key, role in variants.items() if role == "baseline"}
    assert found["workloads"][name]["rates"] == found["rates"]
    limited = "limit" in variants.values()
    assert (found["share_of_matrix_multiply_limit"] is not None) == limited
    assert ("7,494 sequences" if name == "recurrent" else "60,000 images") in found["method"]
    printed = capsys.readouterr().out
    assert ("matrix product" in printed) == limited
    assert f"{WORKLOADS[name].unit}/s" in printed


def test_what_each_workload_measures():
    variants = {name: list(workload.variants) for name, workload in WORKLOADS.items()}
    peers = ["torch_eager", "torch_tuned", "torch_bfloat16"]
    for name in ("dense", "dense_512", "dense_tiny", "conv", "conv_4x4"):
        assert variants[name] == ["vaelab", "vaelab_threshold", "vaelab_bfloat16", *peers, "matrix_products"]
    for name in ("masked", "recurrent"):
        assert variants[name] == ["vaelab", "vaelab_bfloat16", *peers]
    assert variants["contractive"] == ["vaelab", "vaelab_bfloat16", *peers, "matrix_products"]
    for name in ("encode", "decode", "grid", "likelihood"):
        assert variants[name] == ["vaelab", "torch_eager"]
    assert variants["stream"] == ["streamed", "resident"]
    for name in ("sweep_tiny", "sweep_dial", "sweep", "sweep_dense"):
        assert variants[name] == ["in_groups", "abreast", "side_by_side", "one"]


def test_noise_takes_the_place_of_data_that_are_not_at_hand(monkeypatch):
    monkeypatch.setattr("vaelab.data.available", lambda name: False)
    what, examples = training_examples(WORKLOADS["recurrent"])
    assert "7,494 sequences" in what and "random" in what
    assert examples.shape == (7494, 8, 2) and examples.dtype == np.uint8 and examples.max() == 255


@pytest.mark.parametrize("python", [sys.executable, "/nowhere/python"])
def test_without_pytorch_it_says_so_and_ends_with_code_2(python, capsys):
    if python == sys.executable and find_spec("torch"):
        pytest.skip("this interpreter has PyTorch")
    assert main(["dense", "--torch-python", python]) == 2
    message = capsys.readouterr().err
    assert "has no PyTorch" in message and "--torch-python" in message


def test_an_unknown_workload_is_refused_with_the_known_ones(capsys):
    assert main(["dance"]) == 2
    assert "choose of dense, dense_512, dense_tiny, conv, conv_4x4, masked" in capsys.readouterr().err


def test_ratios_are_medians_of_the_ratios_within_rounds():
    rates = {"vaelab": [2, 9, 40], "torch_eager": [1, 3, 10], "matrix_products": [4, 10, 50]}
    measured = Measurement({name: [Slice(rate, 0.0) for rate in each] for name, each in rates.items()}, "2.13.0")
    found = facts(WORKLOADS["dense"], measured)
    assert found["ratios"] == {"torch_eager": 3}
    assert found["comparisons"]["vaelab"]["torch_eager"] == {"median": 3, "minimum": 2, "maximum": 4}
    assert found["share_of_matrix_multiply_limit"] == pytest.approx(0.8)
    assert found["quiet"]


def test_the_limit_counts_tied_layers_too():
    recipe = assign(preset("contractive_ae").recipe, "data.name=mnist")
    assert [each[:] for each in linear_layers(recipe.architecture(), 128)] == [
        (128, 784, 400, True),
        (128, 400, 784, False),
    ]


def test_the_limit_keeps_all_products_of_a_step_in_its_loop():
    recipe = assign(preset("vae").recipe, "data.name=mnist")
    layers = linear_layers(recipe.architecture(), 128)
    assert [each[:3] for each in layers] == [(128, 784, 400), (128, 400, 40), (128, 20, 400), (128, 400, 784)]
    operands = [layer.operands(np.random.default_rng(0)) for layer in layers]
    results = [layer.products(*each) for layer, each in zip(layers, operands, strict=True)]
    shapes = jax.eval_shape(lambda: (operands, results, np.int32(1)))
    assert len(jax.tree.leaves(results)) == 11
    with jax.default_device(jax.devices("cpu")[0]):
        program = loop(layers).lower(*shapes).compile().as_text()
    inside = [line for line in program.splitlines() if " dot(" in line]
    assert len(inside) == 11 and all("while/body" in line for line in inside)
