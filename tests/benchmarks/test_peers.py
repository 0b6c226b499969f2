"""PyTorch's side minimizes what vaelab minimizes: given the same numbers, both have the same loss."""

from __future__ import annotations

from functools import partial
from math import log, pi
from typing import Any

import jax
import numpy as np
import pytest

from vaelab.assign import assign
from vaelab.data.batches import Batch
from vaelab.model import load_parameters, parameters
from vaelab.objectives import Moment
from vaelab.presets import preset

torch = pytest.importorskip("torch")
RANDOM = np.random.default_rng(0)


def test_the_masked_peer():
    from tests.benchmarks.torch_masked import MaskedAutoencoder

    x, (loss, arrays), recipe = *ours("masked_ae", (28, 28, 1)), preset("masked_ae").recipe
    visible = np.array(recipe.objective.corruption(x, jax.random.split(jax.random.key(0), 3)[0]).visible)
    peer, kernel = MaskedAutoencoder(), partial(linear, arrays)
    put(peer.embedding, *kernel("encoder/1"))
    put(peer.mask, arrays["encoder/6/mask"])
    put(peer.head, *kernel("head/1"))
    put(peer.tail, *kernel("tail/0"))
    put(peer.pixels, *kernel("decoder/4"))
    for side, first in ((peer.encoder, "encoder/{}".format), (peer.decoder, "decoder/{}".format)):
        start = 3 if side is peer.encoder else 1
        block, norm = side
        put(block.attended, *gained(arrays, first(start)))
        put(block.inner, *kernel(first(start)))
        put(block.outer, *kernel(first(start), "output_"))
        put(block.fed, *gained(arrays, first(start + 1)))
        put(block.feedforward[0], *kernel(first(start + 1)))
        put(block.feedforward[2], *kernel(first(start + 1), "output_"))
        put(norm, *gained(arrays, first(start + 2)))
    assert count(peer) == sum(array.size for array in arrays.values())
    theirs = peer.loss(torch.from_numpy(x[..., 0]), torch.from_numpy(visible).long()).item()
    assert theirs == pytest.approx(loss - 784 * 0.5 * log(2 * pi), rel=1e-4)


def test_the_recurrent_peer():
    from tests.benchmarks.torch_recurrent import DEVIATION, RecurrentAutoencoder

    x, (loss, arrays) = ours("recurrent_ae", (8, 2))
    peer = RecurrentAutoencoder()
    for module, path, suffix in ((peer.reader, "encoder/0", "_l0"), (peer.writer, "decoder/0", "")):
        bias = arrays[f"{path}/bias"]
        for name, value in (
            ("weight_ih", arrays[f"{path}/kernel"].T),
            ("weight_hh", arrays[f"{path}/recurrent"].T),
            ("bias_ih", bias[:192]),
            ("bias_hh", np.concatenate([np.zeros(128, np.float32), bias[192:]])),
        ):
            put(getattr(module, name + suffix), value)
    put(peer.head, *linear(arrays, "head/1"))
    put(peer.tail, *linear(arrays, "tail/0"))
    put(peer.output, *linear(arrays, "decoder/0", "output_"))
    # PyTorch's gates have a bias for each of their two products.
    assert count(peer) == sum(array.size for array in arrays.values()) + 2 * 128
    theirs = peer.loss(torch.from_numpy(x)).item()
    assert theirs == pytest.approx(loss - 16 * (log(DEVIATION) + 0.5 * log(2 * pi)), rel=1e-4)


def test_the_contractive_peer():
    from tests.benchmarks.torch_contractive import ContractiveAutoencoder

    x, (loss, arrays) = ours("contractive_ae", (28, 28, 1))
    peer = ContractiveAutoencoder()
    put(peer.encoder, *linear(arrays, "head/1"))
    put(peer.bias, arrays["tail/0/bias"])
    assert count(peer) == sum(array.size for array in arrays.values())
    theirs = peer.loss(torch.from_numpy(x.reshape(-1, 784))).item()
    assert theirs == pytest.approx(loss - 784 * 0.5 * log(2 * pi), rel=1e-4)


def ours(name: str, shape: tuple[int, ...]) -> tuple[np.ndarray, tuple[float, dict[str, np.ndarray]]]:
    """Five random examples, vaelab's loss of them, and the model's arrays, vectors no longer zero."""
    recipe = preset(name).recipe
    model = (assign(recipe, "data.name=mnist") if len(shape) == 3 else recipe).build()
    arrays = {
        path: array + RANDOM.normal(0, 0.1, array.shape).astype(np.float32) for path, array in parameters(model).items()
    }
    load_parameters(model, arrays)
    x = RANDOM.random((5, *shape), np.float32)
    return x, (float(recipe.objective(model, Batch(x, x), Moment(jax.random.key(0), 0.0))[0]), arrays)


def linear(arrays: dict[str, np.ndarray], path: str, prefix: str = "") -> tuple[np.ndarray, np.ndarray]:
    return arrays[f"{path}/{prefix}kernel"].T, arrays[f"{path}/{prefix}bias"]


def gained(arrays: dict[str, np.ndarray], path: str) -> tuple[np.ndarray, np.ndarray]:
    return 1 + arrays[f"{path}/gain"], arrays[f"{path}/shift"]


def put(target: Any, *values: np.ndarray) -> None:
    """Into a module's weight and bias, or into a parameter."""
    targets = (target.weight, target.bias) if isinstance(target, torch.nn.Module) else (target,)
    for each, value in zip(targets, values, strict=True):
        assert each.shape == value.shape
        each.data.copy_(torch.from_numpy(np.ascontiguousarray(value)))


def count(peer: Any) -> int:
    return sum(parameter.numel() for parameter in peer.parameters())
