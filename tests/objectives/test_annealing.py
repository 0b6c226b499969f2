"""How weights grow: at points where the factor is known, and in the loss of a step."""

import jax
import numpy as np
import pytest

from vaelab.data.batches import Batch
from vaelab.objectives import Additive, Cycles, GaussianKL, Moment, Steady, WarmUp
from vaelab.recipe import Recipe


@pytest.mark.parametrize("fraction", [0.0, 0.3, 1.0])
def test_steady_is_one(fraction):
    assert float(Steady()(fraction)) == 1


@pytest.mark.parametrize(("fraction", "factor"), [(0, 0), (0.1, 0.25), (0.2, 0.5), (0.4, 1), (0.41, 1), (1, 1)])
def test_warm_up_is_a_line_and_then_one(fraction, factor):
    assert float(WarmUp(0.4)(fraction)) == pytest.approx(factor)


@pytest.mark.parametrize("start", [0.0, 0.25, 0.5, 0.75])
@pytest.mark.parametrize(("within", "factor"), [(0, 0), (0.05, 0.4), (0.125, 1), (0.2, 1)])
def test_every_cycle_is_a_warm_up(start, within, factor):
    assert float(Cycles(count=4, share=0.5)(start + within)) == pytest.approx(factor, abs=1e-5)


def test_the_factor_is_of_the_penalties_alone(random):
    recipe = Recipe()
    model, target = recipe.build(seed=0), (random.random((6, 8, 8, 1)) < 0.5).astype(np.float32)
    objective = Additive(penalties=(GaussianKL(3.0),), annealing=WarmUp(0.5))
    for fraction, factor in ((0.0, 0.0), (0.1, 0.2), (0.9, 1.0)):
        loss, (metrics, _) = objective(model, Batch(target, target), Moment(jax.random.key(0), fraction))
        wanted = float(metrics["reconstruction"]) + factor * 3 * float(metrics["kl"])
        assert float(loss) == float(metrics["loss"]) == pytest.approx(wanted, rel=1e-6)


def test_a_run_warms_up_over_its_share_of_the_steps(digits):
    from vaelab.assign import assign
    from vaelab.training.loop import Controls

    recipe = assign(Recipe(), "backbone.hidden=16", "training.epochs=2", "objective.annealing=WarmUp")
    recipe = assign(recipe, "objective.annealing.share=0.5")
    for progress in recipe.train(dataset=digits, controls=Controls(steps=1)):
        metrics, fraction = progress.metrics, (progress.step - 1) / progress.steps
        factor = (metrics["loss"] - metrics["reconstruction"]) / metrics["kl"]
        assert factor == pytest.approx(min(1, fraction / 0.5), abs=1e-3)
