"""The codebook against brute force, NumPy, and what the paper promises."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from vaelab.assign import assign
from vaelab.bottlenecks import Quantized, QuantizedCode
from vaelab.bottlenecks.quantized import RARE, TRIAL
from vaelab.data import Data
from vaelab.errors import RecipeError
from vaelab.nets import Conv, Dense
from vaelab.nets.quantize import Quantize, nearest
from vaelab.objectives import Additive
from vaelab.objectives.penalties import Codebook, Commitment
from vaelab.recipe import Recipe
from vaelab.training.loop import Controls, initial_state
from vaelab.training.optimizers import Training
from vaelab.training.state import from_arrays, to_arrays

CODES, DIMENSION = 6, 3
BOTTLENECKS = [Quantized(CODES, DIMENSION, learning) for learning in ("gradient", "moving average")]


def recipe(bottleneck=BOTTLENECKS[1], **training):
    codebook = (Codebook(),) if bottleneck.learning == "gradient" else ()
    objective = Additive(penalties=(Commitment(), *codebook))
    return Recipe(Data("digits"), Conv((8,)), bottleneck, objective, Training(batch_size=64, **training))


def held(model):
    return {name: np.asarray(model.tail.array("0", name)) for name in ("codebook", "usage")}


def with_arrays(codebook, usage, bottleneck=BOTTLENECKS[1]):
    model = recipe(bottleneck).build()
    layer = model.tail.layers["0"]
    layer["codebook"][...], layer["usage"][...] = jnp.asarray(codebook), jnp.asarray(usage)
    return model


def test_the_nearest_row_is_the_one_that_brute_force_finds(random):
    vectors = random.normal(size=(40, 5, DIMENSION)).astype(np.float32)
    codebook = random.normal(size=(CODES, DIMENSION)).astype(np.float32)
    distance = ((vectors[:, :, None] - codebook) ** 2).sum(axis=-1)
    np.testing.assert_array_equal(nearest(vectors, codebook), distance.argmin(axis=-1))
    layer = Quantize(CODES, DIMENSION)
    snapped = layer(vectors.reshape(40, -1), {"codebook": codebook})
    assert snapped.shape == (40, *layer.output_shape((5 * DIMENSION,)))
    np.testing.assert_allclose(snapped, codebook[distance.argmin(axis=-1)], atol=1e-6)


def test_the_gradient_goes_straight_through_and_not_into_the_codebook(random):
    vectors, slope = random.normal(size=(2, 4, 2 * DIMENSION)).astype(np.float32)
    codebook = random.normal(size=(CODES, DIMENSION)).astype(np.float32)

    def value(vectors, codebook):
        return (Quantize(CODES, DIMENSION)(vectors, {"codebook": codebook}).reshape(4, -1) * slope).sum()

    to_vectors, to_codebook = jax.grad(value, argnums=(0, 1))(vectors, codebook)
    np.testing.assert_allclose(to_vectors, slope, rtol=1e-6)
    np.testing.assert_array_equal(to_codebook, 0)


def test_the_two_losses_have_one_value_and_pull_from_either_side(random):
    model = with_arrays(random.normal(size=(CODES, DIMENSION)), np.full(CODES, 1 / CODES), BOTTLENECKS[0])
    vectors = random.normal(size=(5, 16, DIMENSION)).astype(np.float32)
    graph, parameters = nnx.split(model)

    def value(term, z, parameters):
        forward = type("Forward", (), {"code": QuantizedCode(z)})
        return term(nnx.merge(graph, parameters), forward, None)

    z = vectors.reshape(5, -1)
    distance = ((vectors[:, :, None] - held(model)["codebook"]) ** 2).sum(axis=-1).min(axis=-1).sum(axis=-1)
    for term, moves_z in ((Commitment(), True), (Codebook(), False)):
        np.testing.assert_allclose(value(term, z, parameters), distance, rtol=1e-4)
        to_z, to_model = jax.grad(lambda *given, term=term: value(term, *given).sum(), argnums=(0, 1))(z, parameters)
        assert np.any(to_z) == moves_z
        assert np.any(to_model["tail"]["layers"]["0"]["codebook"][...]) != moves_z


@pytest.mark.parametrize("bottleneck", BOTTLENECKS, ids=lambda bottleneck: bottleneck.learning)
def test_rows_are_the_moving_averages_of_what_chose_them(bottleneck, random):
    codebook = random.normal(size=(CODES, DIMENSION)).astype(np.float32)
    shares = random.dirichlet(np.full(CODES, 5.0)).astype(np.float32)
    model = with_arrays(codebook, shares, bottleneck)
    count, total = shares.astype(float), shares[:, None] * codebook.astype(float)  # N and m of the paper.
    for step in range(3):
        vectors = random.normal(size=(50, 16, DIMENSION)).astype(np.float32)
        rows = codebook if bottleneck.learning == "gradient" else total / count[:, None]
        chosen = ((vectors.reshape(-1, 1, DIMENSION) - rows) ** 2).sum(axis=-1).argmin(axis=-1)
        for row in range(CODES):
            mine = vectors.reshape(-1, DIMENSION)[chosen == row]
            count[row] = 0.99 * count[row] + 0.01 * len(mine) / 800
            total[row] = 0.99 * total[row] + 0.01 * mine.sum(axis=0) / 800
        model.settle(QuantizedCode(vectors.reshape(50, -1)), jax.random.key(step))
    found = held(model)
    np.testing.assert_allclose(found["usage"], count, rtol=1e-4)
    wanted = codebook if bottleneck.learning == "gradient" else total / count[:, None]
    np.testing.assert_allclose(found["codebook"], wanted, rtol=1e-4, atol=1e-5)


def test_rows_that_nothing_chooses_are_put_at_encodings_of_the_batch(random):
    codebook = random.normal(size=(CODES, DIMENSION)).astype(np.float32)
    codebook[2] += 100  # Far from everything, and soon out of use.
    usage = np.full(CODES, 1 / CODES, np.float32)
    usage[2] = 1.001 * RARE / CODES
    model = with_arrays(codebook, usage)
    vectors = random.normal(size=(50, 16 * DIMENSION)).astype(np.float32)
    model.settle(QuantizedCode(vectors), jax.random.key(0))
    found = held(model)
    assert (vectors.reshape(-1, DIMENSION) == found["codebook"][2]).all(axis=1).any()
    assert found["usage"][2] == pytest.approx(TRIAL / CODES)
    assert not np.isin(found["codebook"][[0, 1, 3, 4, 5]], vectors).any()


def test_before_the_first_step_every_row_is_put_at_another_encoding(random):
    model = recipe().build()
    vectors = random.normal(size=(50, 16 * DIMENSION)).astype(np.float32)
    model.settle(QuantizedCode(vectors), jax.random.key(0))
    rows = held(model)["codebook"]
    assert len(np.unique(rows, axis=0)) == CODES
    assert all((vectors.reshape(-1, DIMENSION) == row).all(axis=1).any() for row in rows)


def test_a_batch_smaller_than_the_codebook_serves_too(random):
    model = with_arrays(np.zeros((CODES, DIMENSION)), np.zeros(CODES))
    model.settle(QuantizedCode(random.normal(size=(1, 2 * DIMENSION)).astype(np.float32)), jax.random.key(0))
    assert np.isfinite(held(model)["codebook"]).all()


@pytest.mark.parametrize("bottleneck", BOTTLENECKS, ids=lambda bottleneck: bottleneck.learning)
def test_a_run_uses_its_codebook_and_resumes_bit_for_bit(bottleneck, digits):
    small = recipe(bottleneck, epochs=3)
    states = [progress.state for progress in small.train(dataset=digits, controls=Controls(steps=7))]
    template = initial_state(small.build(), small.training.optimizer)
    *_, last = small.train(dataset=digits, state=from_arrays(template, to_arrays(states[2])))
    one, two = to_arrays(states[-1]), to_arrays(last.state)
    assert all(np.array_equal(one[name], two[name]) for name in one)
    usage = held(small.restore(states[-1]))["usage"]
    assert usage.sum() == pytest.approx(1 - 0.99**66 * (1 - TRIAL), abs=0.15)
    assert (usage > 0.2 * RARE / CODES).all()


def test_the_optimizer_leaves_alone_what_has_no_gradient(digits, monkeypatch):
    monkeypatch.setattr(Quantized, "settle", lambda self, tail, code, key: None)
    # Another number of rows than elsewhere, so that no program compiled before is used.
    small = recipe(Quantized(7, DIMENSION), epochs=1)
    *_, last = small.train(dataset=digits)
    for name, array in held(small.build()).items():
        np.testing.assert_array_equal(held(small.restore(last.state))[name], array)


def test_other_bottlenecks_settle_at_no_cost(digits):
    model = assign(recipe(), "bottleneck=Point", "objective.penalties=[]").build()
    graph, parameters = nnx.split(model)

    def settled(parameters, code):
        model = nnx.merge(graph, parameters)
        model.settle(code, jax.random.key(0))
        return nnx.state(model, nnx.Param)

    assert not jax.make_jaxpr(settled)(parameters, model.encode(digits.test.images[:2] / 255)).jaxpr.eqns[2:]


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Recipe(Data("digits", condition="class"), Dense(), Quantized(), Additive(penalties=())), "no place"),
        (lambda: Recipe(Data(), Dense(), Quantized(), Additive(penalties=(Codebook(),))), "learns by moving averages"),
        (lambda: Recipe(Data(), Dense(), objective=Additive(penalties=(Commitment(),))), "needs the bottleneck Quant"),
    ],
)
def test_what_does_not_combine_is_told_in_a_sentence(build, words):
    with pytest.raises(RecipeError, match=words):
        build()
