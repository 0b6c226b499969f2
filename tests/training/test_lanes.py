"""Runs trained together are the runs trained one by one, and one that fails leaves the others alone."""

import jax
import numpy as np
import pytest

from vaelab.assign import assign
from vaelab.errors import RecipeError, VaelabError
from vaelab.presets import preset
from vaelab.recipe import Recipe
from vaelab.sweep import Variant, faster, spread, train_together, variants
from vaelab.training.advancing import abreast, in_groups, run_lanes, side_by_side
from vaelab.training.loop import Controls

SMALL = assign(Recipe(), "backbone.hidden=16", "training.epochs=2")
BETA, RATE = "objective.penalties.GaussianKL.weight", "training.learning_rate"
STEPS = 22


def last(runs):
    *_, standing = runs
    return standing


def assert_like_alone(variant, together, digits, tolerance=2e-4):
    alone = last(variant.recipe.train(seed=variant.seed, dataset=digits))
    assert together.step == together.steps == alone.step
    for name, value in alone.metrics.items():
        assert together.metrics.keys() == alone.metrics.keys() and np.isfinite(value), name
    pairs = zip(*map(jax.tree.leaves, (alone.state.parameters, together.state.parameters)), strict=True)
    for one, other in pairs:
        assert np.abs(one - other).max() <= tolerance * max(1, np.abs(one).max())


@pytest.mark.parametrize("values, seeds", [
    ({BETA: [0.0, 1.0, 4.0]}, [5]),  # one seed: one noise for all
    ({}, [0, 1, 2]),
    ({BETA: [0.5, 2.0], RATE: [0.001, 0.003]}, [0, 1]),
])  # fmt: skip
@pytest.mark.parametrize("advance", [side_by_side, in_groups])
def test_lanes_are_the_runs_by_themselves(digits, values, seeds, advance):
    chosen = variants(SMALL, values, seeds)
    standing = last(train_together(chosen, dataset=digits, advance=advance))
    for variant, together in zip(chosen, standing.alive.values(), strict=True):
        assert_like_alone(variant, together, digits)


def test_abreast_they_are_the_runs_by_themselves_bit_for_bit(digits):
    run_lanes.clear_cache()
    chosen = variants(SMALL, {BETA: [0.5, 2.0]}, [0, 1])
    standing = last(train_together(chosen, dataset=digits, advance=abreast))
    assert run_lanes._cache_size() == 0
    for variant, together in zip(chosen, standing.alive.values(), strict=True):
        assert_like_alone(variant, together, digits, tolerance=0)


@pytest.mark.parametrize("name", ["vq_vae", "recurrent_ae", "conv_vae", "contractive_ae", "conditional_vae", "iwae"])
@pytest.mark.parametrize("advance", [abreast, side_by_side])
def test_every_kind_can_be_swept(digits, name, advance):
    recipe = assign(preset(name).recipe, "data.name=digits", "training.epochs=1", "data.examples=256")
    chosen = variants(recipe, {RATE: [0.0005, 0.001]})
    standing = last(train_together(chosen, dataset=digits, advance=advance))
    for variant, together in zip(chosen, standing.alive.values(), strict=True):
        assert_like_alone(variant, together, digits, tolerance=5e-3)


def test_a_sweep_is_one_compilation_and_resumes_where_it_stood(digits):
    run_lanes.clear_cache()
    chosen = variants(SMALL, {BETA: [0.0, 1.0]})
    how = {"dataset": digits, "advance": side_by_side}
    whole = last(train_together(chosen, **how, controls=Controls(steps=5)))
    for part in train_together(chosen, **how, controls=Controls(steps=1)):
        if part.alive[0].step == 7:
            break
    rest = last(train_together(chosen, **how, states=[lane.state for lane in part.alive.values()]))
    assert run_lanes._cache_size() == 1
    ends = [jax.tree.leaves([lane.state for lane in standing.alive.values()]) for standing in (whole, rest)]
    assert all(np.array_equal(one, other) for one, other in zip(*ends, strict=True))
    with pytest.raises(VaelabError, match="same step, but these stand at 7 to 22"):
        next(train_together(chosen, dataset=digits, states=[part.alive[0].state, whole.alive[1].state]))


@pytest.mark.parametrize("advance", [abreast, side_by_side, in_groups])
def test_a_run_that_diverges_is_kept_as_it_was_and_the_others_go_on(digits, advance):
    chosen = variants(SMALL, {RATE: [0.001, 0.002]})
    state = next(train_together(chosen[:1], dataset=digits)).alive[0].state
    broken = state._replace(parameters=jax.tree.map(lambda leaf: leaf * 1e30, state.parameters))
    how = {"dataset": digits, "advance": advance}
    runs = list(train_together(chosen, **how, states=[state, broken], controls=Controls(steps=4)))
    assert [sorted(standing.diverged) for standing in runs] == [[1]] + [[]] * (len(runs) - 1)  # Told once.
    kept = runs[0].diverged[1]
    assert kept.step <= 5 and all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(kept.state.parameters))
    assert runs[-1].alive.keys() == {0} and runs[-1].alive[0].step == STEPS
    assert_like_alone(chosen[0], runs[-1].alive[0], digits)
    both = list(train_together(chosen, **how, states=[broken, broken]))
    assert len(both) == 1 and both[0].diverged.keys() == {0, 1}


def test_small_models_are_trained_in_groups_and_large_ones_each_by_itself():
    def chosen(*changes):
        recipe = assign(preset("vae_2d").recipe, *changes)
        return faster(recipe.architecture(), recipe.training.batch_size)

    assert chosen("backbone.hidden=64") is in_groups
    assert chosen("backbone.hidden=400") is abreast
    assert chosen("backbone.hidden=64", "training.batch_size=512") is abreast


def test_what_does_not_fit_one_program_is_refused(digits):
    wide = assign(SMALL, "backbone.hidden=17")
    with pytest.raises(VaelabError, match="may differ in knobs and in the seed, but here the graph differs"):
        next(train_together([Variant(SMALL, 0, ""), Variant(wide, 0, "")], dataset=digits))
    longer = assign(SMALL, "training.epochs=3")
    with pytest.raises(VaelabError, match="here the training differs"):
        next(train_together([Variant(SMALL, 0, ""), Variant(longer, 0, "")], dataset=digits))


@pytest.mark.parametrize("values, seeds, message", [
    ({"backbone.hidden": [1.0]}, [0], "backbone.hidden cannot be varied in a sweep.* choose from"),
    ({BETA: []}, [0], "at least one value"),
    ({BETA: [1.0, 1.0]}, [0], "given twice"),
    ({BETA: [-1.0]}, [0], "weight"),
    ({BETA: [1.0]}, [], "at least one seed"),
    ({BETA: [1.0]}, [3, 3], "none of them twice"),
    ({BETA: [float(n) for n in range(9)]}, list(range(8)), "72 runs; at most 64"),
])  # fmt: skip
def test_what_cannot_be_swept_is_refused_in_words(values, seeds, message):
    with pytest.raises(RecipeError, match=message):
        variants(SMALL, values, seeds)


def test_variants_are_named_by_what_is_their_own():
    names = [variant.label for variant in variants(SMALL, {BETA: [0.0, 4.0]}, [1, 2])]
    assert names == ["Beta 0, seed 1", "Beta 0, seed 2", "Beta 4, seed 1", "Beta 4, seed 2"]


def test_what_the_recipes_of_a_sweep_differ_in():
    recipe = preset("beta_vae").recipe
    found = variants(recipe, {BETA: (0.0, 2.0)}, (0, 1))
    assert spread([variant.recipe for variant in found]) == ("beta", [0.0, 0.0, 2.0, 2.0])
    two = variants(recipe, {BETA: (0.0, 2.0), "training.learning_rate": (0.1, 0.2)})
    assert spread([variant.recipe for variant in two]) == ("", [])
    assert spread([recipe, recipe]) == ("", [])
    assert spread([found[0].recipe, preset("ae").recipe]) == ("", [])  # The other one has no beta.
