"""The engine's promises: exact resume, knobs without recompilation, and a finite state whatever happens."""

import math

import jax
import numpy as np
import pytest

from vaelab.assign import assign
from vaelab.errors import CheckpointError
from vaelab.recipe import Recipe
from vaelab.training.chunk import LONGEST_CHUNK, TABLE, longest_chunk, run_chunk
from vaelab.training.loop import Controls, Diverged, initial_state
from vaelab.training.state import from_arrays, to_arrays

SMALL = assign(Recipe(), "backbone.hidden=16", "training.epochs=2")
BETA = "objective.penalties.GaussianKL.weight"


def run(recipe, digits, *, until=math.inf, **options):
    """The last progress of a run that is left at a step."""
    for progress in recipe.train(dataset=digits, **options):
        if progress.step >= until:
            break
    return progress


def equal(first, second):
    first, second = to_arrays(first), to_arrays(second)
    return first.keys() == second.keys() and all(np.array_equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("stop", [1, 7, 11, 13])
def test_promise_05_a_run_resumes_bit_for_bit_at_any_step(digits, stop):
    whole = run(SMALL, digits, seed=3, controls=Controls(steps=5))
    part = run(SMALL, digits, seed=3, until=stop, controls=Controls(steps=1))
    assert part.step == stop
    template = initial_state(SMALL.build(seed=3), SMALL.training.optimizer)
    restored = from_arrays(template, {name: value.copy() for name, value in to_arrays(part.state).items()})
    rest = run(SMALL, digits, seed=3, state=restored, controls=Controls(steps=4))
    assert rest.step == whole.step == 22
    assert equal(whole.state, rest.state)


def test_the_seed_decides(digits):
    first, again, other = (run(SMALL, digits, seed=seed).state for seed in (0, 0, 1))
    assert equal(first, again)
    assert not equal(first, other)


def test_changing_a_knob_during_a_run_compiles_nothing_and_takes_effect(digits):
    run_chunk.clear_cache()
    controls, divergence = Controls(steps=1), []
    for progress in SMALL.train(dataset=digits, controls=controls):
        divergence.append(progress.metrics["kl"])
        if progress.step == 11:
            controls.values |= {BETA: 100.0, "training.learning_rate": 0.01, "objective.sampling_scale": 0.5}
    assert run_chunk._cache_size() == 1
    unchanged = [progress.metrics["kl"] for progress in SMALL.train(dataset=digits, controls=Controls(steps=1))]
    assert divergence[:11] == unchanged[:11]
    assert divergence[-1] < 0.5 * unchanged[-1]


def test_recipes_that_differ_in_knobs_share_a_program(digits):
    run_chunk.clear_cache()
    for beta in (1, 4):
        run(assign(SMALL, f"{BETA}={beta}"), digits, until=1)
    assert run_chunk._cache_size() == 1


def test_a_knob_set_during_a_run_equals_one_set_in_the_recipe(digits):
    in_recipe = run(assign(SMALL, f"{BETA}=3"), digits)
    in_controls = run(SMALL, digits, controls=Controls(values={BETA: 3.0}))
    assert equal(in_recipe.state, in_controls.state)


def test_promise_07_divergence_keeps_the_last_finite_state(digits):
    progresses, controls = [], Controls(steps=3)
    with pytest.raises(Diverged, match="diverged at step") as error:
        for progress in SMALL.train(dataset=digits, controls=controls):
            progresses.append(progress)
            if progress.step >= 7:
                controls.values["training.learning_rate"] = 1e30
    assert equal(error.value.state, progresses[-1].state)
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(error.value.state))
    # What was kept can be trained on.
    assert run(SMALL, digits, state=error.value.state).step == 22


def test_yielded_states_are_not_donated_to_the_next_chunk(digits):
    states = [progress.state for progress in SMALL.train(dataset=digits, controls=Controls(steps=6))]
    assert [int(state.step) for state in states][:2] == [1, 2]
    assert not equal(states[0], states[1])


def test_chunks_grow_to_the_wanted_time_but_never_beyond_the_bounds(digits):
    long = assign(SMALL, "training.epochs=140")
    steps = [progress.step for progress in long.train(dataset=digits, controls=Controls(seconds=60))]
    lengths = np.diff([0, *steps])
    assert lengths[:6].tolist() == [1, 1, 4, 16, 64, 256]
    assert lengths.max() == LONGEST_CHUNK


def test_a_chunk_of_large_batches_has_a_table_no_larger(digits):
    large = assign(SMALL, "training.epochs=600", "training.batch_size=1024")
    steps = [progress.step for progress in large.train(dataset=digits, controls=Controls(seconds=60))]
    assert np.diff([0, *steps]).max() == longest_chunk(1024) == TABLE // 1024
    assert longest_chunk(10 * TABLE) == 1


def test_an_epoch_counts_the_examples_the_recipe_asks_for(digits):
    few = assign(SMALL, "data.examples=200", "training.batch_size=50")
    last = run(few, digits)
    assert (last.steps, last.epoch) == (8, 2.0)


def test_a_cosine_schedule_ends_at_rest_and_resumes_bit_for_bit(digits):
    cosine = assign(SMALL, "training.schedule=Cosine")
    whole = list(cosine.train(dataset=digits, controls=Controls(steps=1)))
    moves = [
        max(np.abs(a - b).max() for a, b in zip(*map(jax.tree.leaves, (first, second)), strict=True))
        for first, second in ((whole[i].state.parameters, whole[i + 1].state.parameters) for i in (0, 10, 20))
    ]
    # Adam's moves are about as long as the rate: 1/2 (1 + cos) at steps 1, 11 and 21 of 22.
    np.testing.assert_allclose(np.array(moves[1:]) / moves[0], [0.5, 0.005], atol=0.25)
    assert moves[2] < 0.02 * moves[0]
    assert equal(run(cosine, digits, state=whole[6].state).state, whole[-1].state)


def test_a_state_of_another_recipe_is_refused(digits):
    arrays = to_arrays(initial_state(SMALL.build(), SMALL.training.optimizer))
    other = assign(SMALL, "backbone.hidden=17")
    with pytest.raises(CheckpointError, match="does not fit its recipe at"):
        from_arrays(initial_state(other.build(), other.training.optimizer), arrays)
