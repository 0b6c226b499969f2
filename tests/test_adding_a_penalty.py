"""What it takes to add a penalty: one dataclass and its name in the union. The rest of vaelab finds it there."""

import json
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.cli.command import call, refused
from vaelab.checkpoints import latest_step
from vaelab.lazy import jnp
from vaelab.objectives import Penalty, additive
from vaelab.objectives.penalties.penalty import Term
from vaelab.spec import fields, number


@dataclass(frozen=True)
class Spread(Term):
    """|variance of the batch's codes - target|, summed over the latent dimensions."""

    weight: float = number(0.5, minimum=0, maximum=10, knob=True, label="Spread weight", help="Weight of the term.")
    target: float = number(1.0, minimum=0, maximum=9, knob=True, label="Wanted variance", help="Of each number.")
    name: ClassVar[str] = "spread"

    def __call__(self, model: Any, forward: Any, key: Any) -> Any:
        """A scalar."""
        return jnp.abs(forward.code.z.var(axis=0) - self.target).sum()


CONTROLS = """
import json
import streamlit as st
from vaelab.objectives import Additive
from vaelab.ui.controls import spec_controls

st.session_state["chosen"] = json.dumps(spec_controls(Additive(penalties=()), "objective"))
"""


@pytest.fixture
def in_the_union(monkeypatch):
    """The union with one name more, where the objective declares its penalties."""
    monkeypatch.setattr(additive, "Penalty", Penalty | Spread)
    fields.cache_clear()
    yield
    monkeypatch.undo()
    fields.cache_clear()


def test_it_is_trained_and_saved_and_read_again(in_the_union, tmp_path):
    from vaelab.checkpoints import recipe_of
    from vaelab.recipe import from_json

    arguments = (
        "train", "ae_2d", "--data", "digits", "--epochs", 2, "--runs", tmp_path, "--name", "with-spread",
        "--set", 'objective.penalties=[{"kind": "Spread", "target": 4}]', "--set", "backbone.hidden=16",
    )
    assert call(*arguments).exit_code == 0
    newest = latest_step(tmp_path / "with-spread")
    saved = recipe_of(newest)
    assert saved["objective"]["penalties"] == [{"kind": "Spread", "weight": 0.5, "target": 4.0}]
    (penalty,) = from_json(saved).objective.penalties
    assert penalty == Spread(target=4.0)
    assert call("evaluate", tmp_path / "with-spread", "--json").exit_code == 0
    assert "between 0 and 9" in refused(*arguments, "--set", "objective.penalties.Spread.target=10")


def test_its_value_and_its_knobs_are_those_of_any_penalty(in_the_union, digits):
    from vaelab.assign import assign
    from vaelab.live.describe import describe
    from vaelab.presets import PRESETS
    from vaelab.training.loop import Controls

    recipe = assign(PRESETS["ae_2d"].recipe, "data.name=digits", "backbone.hidden=16", "objective.penalties=Spread")
    assert {"objective.penalties.Spread.weight", "objective.penalties.Spread.target"} <= {
        knob["path"] for knob in describe(recipe)["knobs"]
    }

    def variance(weight):
        controls = Controls(values={"objective.penalties.Spread.weight": weight}, seconds=60)
        last = list(recipe.train(dataset=digits, controls=controls))[-1]
        return last.metrics["spread"]

    assert variance(5.0) < 0.5 * variance(0.0)


def test_the_command_line_lists_it_among_the_axes(in_the_union, monkeypatch):
    from vaelab import presets
    from vaelab.assign import assign

    plain = presets.PRESETS["ae_2d"]
    added = plain._replace(name="spread_ae", recipe=assign(plain.recipe, "objective.penalties=Spread"))
    monkeypatch.setitem(presets.PRESETS, "spread_ae", added)
    listed = {entry["name"]: entry for entry in json.loads(call("presets", "--json").stdout)}
    assert listed["spread_ae"]["axes"]["penalties"] == ["Spread"]
    assert "Spread" in refused("train", "ae_2d", "--set", "objective.penalties=Nothing")


def test_the_app_draws_its_controls(in_the_union):
    test = AppTest.from_string(CONTROLS, default_timeout=30).run()
    several = next(item for item in test.multiselect if item.label == "Penalties")
    assert "Spread" in several.options
    several.set_value(["Spread"]).run()
    assert not test.exception
    next(item for item in test.number_input if item.label == "Wanted variance").set_value(2.5).run()
    chosen = json.loads(test.session_state["chosen"])
    assert chosen["penalties"] == [{"kind": "Spread", "weight": 0.5, "target": 2.5}]


def test_what_is_not_in_the_union_is_refused():
    from vaelab.errors import RecipeError

    fields.cache_clear()
    with pytest.raises(RecipeError, match="must be one of GaussianKL"):
        additive.Additive(penalties=(Spread(),))


def test_the_example_is_an_equation(random):
    from vaelab.bottlenecks import PointCode
    from vaelab.model import Forward

    z = random.normal(size=(20, 3)).astype(np.float32)
    found = Spread()(None, Forward(z, None, PointCode(z), z), None)
    assert float(found) == pytest.approx(np.abs(z.var(axis=0) - 1).sum(), rel=1e-5)
