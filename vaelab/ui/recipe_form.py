"""The sidebar in which a recipe is put together: data, preset, and every ingredient's settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import streamlit as st

from vaelab.assign import assign
from vaelab.data import available, information, names
from vaelab.data.own.folder import is_own
from vaelab.errors import VaelabError
from vaelab.presets import PRESETS, preset
from vaelab.recipe import Recipe, from_json
from vaelab.spec import fields
from vaelab.ui import address
from vaelab.ui.controls import all_of, axis_controls, spec_controls

GENERATION = "recipe_generation"  # Part of every widget's key: a new preset starts with new widgets.
RUNS = ("run", "a_run", "b_run", "sweep", "dial")  # Names in the address.
SEED_HELP = "Initial weights, batches and noise follow from it: the same seed gives the same run."


class Choice(NamedTuple):
    """What the sidebar says: a recipe that can be trained, or the last one that could and why the present cannot."""

    preset: str
    recipe: Recipe
    seed: int
    problem: str = ""
    notice: str = ""  # What the address asked for and could not have; until something is chosen.

    @property
    def data_title(self) -> str:
        """What people call the data."""
        return information(self.recipe.data.name).title


def default_data() -> str:
    """MNIST where it is at hand; otherwise the embedded digits, which need no network."""
    return "mnist" if available("mnist") else "digits"


def recipe_form(
    page: str,
    default_preset: str,
    presets: Sequence[str] = tuple(PRESETS),
    data: str | None = None,
    settings: Sequence[str] = (),
) -> Choice:
    """Draw the form and keep the address in step with it; a mistake is told in the choice, with the last good recipe.

    Where the address names no recipe it starts with `data`, by default the best that is at hand, and `settings`.
    """
    kept = f"{page}.choice"
    if kept not in st.session_state or address.went_back():
        name, recipe, problem = address.read_recipe(data or default_data(), default_preset, settings)
        name = name if name in presets else default_preset
        notice = " ".join(filter(None, [problem, address.unreadable()]))
        asked = Choice(name, recipe, address.whole("seed"), notice=notice)
        if kept in st.session_state and asked[:3] != st.session_state[kept][:3]:
            forget(page)  # One step back undoes a choice as it undoes a drag.
        st.session_state.setdefault(kept, asked)
    choice: Choice = st.session_state[kept]
    key = f"{page}.{st.session_state.get(GENERATION, 0)}"

    offered = list(dict.fromkeys([*names(), choice.recipe.data.name]))  # Own data may have been deleted meanwhile.
    chosen = st.selectbox(
        "Data", offered, index=offered.index(choice.recipe.data.name), format_func=_data_title, key=f"{key}.data"
    )
    name = st.selectbox(
        "Preset", presets, index=list(presets).index(choice.preset),
        format_func=lambda option: PRESETS[option].title, key=f"{key}.preset",
    )
    problem = ""
    if (chosen, name) != (choice.recipe.data.name, choice.preset):
        try:
            replaced = _chosen(choice, chosen, name)
        except VaelabError as error:  # Not every preset fits all data.
            name, problem = choice.preset, str(error)
        else:
            _replace(kept, replaced)
    figure = PRESETS[name].figure
    st.caption(f"{PRESETS[name].paper}. {figure[0].upper()}{figure[1:]}.")
    recipe = choice.recipe
    try:
        recipe = _ingredients(recipe, key)
    except VaelabError as error:
        problem = problem or str(error)
    seed = int(st.number_input("Seed", 0, 2**31 - 1, choice.seed, step=1, key=f"{key}.seed", help=SEED_HELP))
    changed = (recipe, seed) != (choice.recipe, choice.seed)
    choice = Choice(name, recipe, seed, problem, notice="" if changed else choice.notice)
    st.session_state[kept] = choice
    address.write_recipe(choice.preset, choice.recipe, choice.seed)
    return choice


def forget(page: str) -> None:
    """Let the form of a page begin anew from its address: another page has chosen a recipe for it."""
    st.session_state.pop(f"{page}.choice", None)
    st.session_state[GENERATION] = st.session_state.get(GENERATION, 0) + 1


def as_written(sentence: str) -> str:
    """A sentence that may quote what a visitor has typed, without the meaning that Markdown sees in it."""
    # Addresses become links after escapes are gone; an invisible word joiner keeps them from being seen as such.
    sentence = re.sub(r"(?<=:)(?=//)|(?<=[wW]{3})(?=\.)|(?=@)", "\u2060", sentence)
    return re.sub(r"([\\\[\]*_`$:<~#|&!])", r"\\\1", sentence)


def _data_title(name: str) -> str:
    absent = " (deleted)" if is_own(name) else " (downloaded at the first use)"
    return f"{information(name).title}{'' if available(name) else absent}"


def _chosen(choice: Choice, data: str, name: str) -> Choice:
    """Another preset starts from its own settings; other data keeps those that were made, where they fit."""
    own = preset(name).recipe.data.name
    if name != choice.preset and own != names()[0] and available(own):
        data = own  # A model of strokes or shapes is chosen to see strokes or shapes.
    start = address.starting(name, data)
    if name != choice.preset:
        return Choice(name, start, choice.seed)
    changes = address.differences(address.starting(name, choice.recipe.data.name), choice.recipe)
    try:
        return Choice(name, assign(start, *changes), choice.seed)
    except VaelabError:
        return Choice(name, start, choice.seed)


def _replace(kept: str, choice: Choice) -> None:
    """Draw everything anew from another choice. The run on show belonged to the old one, and comes back with it."""
    left = st.session_state.setdefault(f"{kept}.left", {})
    old = st.session_state[kept]
    left[old.recipe.data.name, old.preset] = {name: address.read(name) for name in RUNS}
    st.session_state[kept] = choice
    st.session_state[GENERATION] = st.session_state.get(GENERATION, 0) + 1
    found = left.get((choice.recipe.data.name, choice.preset), dict.fromkeys(RUNS))
    address.write_recipe(choice.preset, choice.recipe, choice.seed, **found, z=None, a=None, b=None, axes=None)
    st.rerun()


def _ingredients(recipe: Recipe, key: str) -> Recipe:
    """The ingredients, in the order in which data flows through them."""
    axes = {
        field.name: partial(
            axis_controls, field.setting.label, field.type, getattr(recipe, field.name), f"{key}.{field.name}",
            field.setting.help,
        )
        for field in fields(Recipe)
        if field.name in ("backbone", "bottleneck", "objective")
    }  # fmt: skip
    rest = {
        "data": partial(spec_controls, recipe.data, f"{key}.data", skip=("name",)),
        "training": partial(spec_controls, recipe.training, f"{key}.training"),
    }
    folders = {
        "axes": partial(_folded, "Ingredients", ":material/category:", axes),
        "rest": partial(_folded, "Data and training", ":material/settings:", rest),
    }
    chosen = all_of(folders)
    return from_json({**chosen["axes"], **chosen["rest"]})


def _folded(title: str, icon: str, draw: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
    with st.expander(title, icon=icon):
        return all_of(draw)
