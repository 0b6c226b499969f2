"""The page's address holds its state: data, preset, changed settings, seed, run, and the view one has settled on.

    ?data=mnist&preset=vae_2d&set=backbone.hidden%3D500&seed=3&run=0f3a...&z=0.2,-1.1&noise=7&temperature=0.8

A session holds the address of each of its pages. What the browser says with a click is older than what was written
last when the two messages cross, so it counts only where it is news: on arrival, and when a visitor goes back.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from vaelab.assign import assign
from vaelab.density import DENSITIES
from vaelab.errors import VaelabError
from vaelab.presets import PRESETS, preset
from vaelab.presets.adaptation import suited
from vaelab.recipe import Recipe
from vaelab.spec import Spec, fields, to_json

LONGEST = 2048  # Characters of one value that are looked at.
EPOCHS = {"digits": 300}  # Of 11 steps each: the presets' ten epochs would be over before they are seen.
GRID = 8  # Sample tiles per side, from 4 to 10.
# Of a session: the page it is on, the addresses of those it was on, and how often its visitor has gone back.
PAGE, HELD, RETURNS = "address.page", "address.held", "address.returns"
# What `?hide=` can leave out: parts of the page, panels of the explorer, and panels that only the comparison has.
HIDEABLE = (
    "menu", "sidebar",
    "transport", "map", "image", "pad", "condition", "sliders", "knobs", "curves", "reconstructions", "samples",
    "interpolation", "units", "codebook",
    "marginals", "holes",
)  # fmt: skip
LABELS = 1000  # Classes that a decoder may be told of.
CODES, NUMBERS = ("z", "a", "b", "temperature"), ("seed", "noise", "grid", "label", "dial")


def read(name: str, default: str = "") -> str:
    """One value of the address."""
    return _held().get(name, [default])[-1][:LONGEST]


def write(**values: str | int | list[str] | None) -> None:
    """Change values of the address, all at once; None, "" or [] takes one out."""
    after = _held() | {
        name: value if isinstance(value, list) else [] if value in (None, "") else [str(value)]
        for name, value in values.items()
    }
    after = {name: texts for name, texts in after.items() if texts}
    _pages()[st.session_state.get(PAGE, "")] = after
    if after != _said():  # In one message: each makes an entry in the browser's history.
        st.query_params.from_dict(after)


def enter(page: str) -> None:
    """Arrive at a page, or stay there, at the start of a run of the script; the browser is told by the next `write`.

    A page is found as it was left, since the links between pages carry no address; what a lesson hides stays hidden.
    """
    said, before, pages = _said(), _held(), _pages()
    left = pages.get(page, {})
    if st.session_state.get(PAGE) != page:
        # Streamlit tells the browser of an address and of a page in either order, so that its history may hold the page
        # that was left once more with the address of the one that was arrived at, or that one without any.
        found = left if left and said == before else said or left
        pages[page] = found | ({"hide": before["hide"]} if "hide" in before and "hide" not in found else {})
    elif went_back():
        pages[page] = said or left
        st.session_state[RETURNS] = returns() + 1
    st.session_state[PAGE] = page


def went_back() -> bool:
    """Whether a visitor went back or forth in the browser's history, so that the address is the browser's news."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def returns() -> int:
    """How often the visitor has gone back or forth; a view of another count is not one that the browser just told."""
    return st.session_state.get(RETURNS, 0)


def _said() -> dict[str, list[str]]:
    """The address as the browser had it when it sent what the script now runs for."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _pages() -> dict[str, dict[str, list[str]]]:
    return st.session_state.setdefault(HELD, {})


def _held() -> dict[str, list[str]]:
    """The address of the page that the session is on; before it is on any, what the browser says."""
    found = _pages().get(st.session_state.get(PAGE, ""))
    return _said() if found is None else found


def whole(name: str, default: int = 0, maximum: int = 2**31 - 1) -> int:
    """A whole number of the address, from 0 to a maximum."""
    text = read(name)
    return min(int(text), maximum) if text.isdecimal() and len(text) < 12 else default


def starting(name: str, data: str) -> Recipe:
    """A preset on some data before anything is changed; raises `RecipeError` when there is none."""
    recipe = suited(preset(name).recipe, data)
    return assign(recipe, f"training.epochs={EPOCHS[data]}") if data in EPOCHS else recipe


def read_recipe(default_data: str, default_preset: str, settings: Sequence[str] = ()) -> tuple[str, Recipe, str]:
    """The preset's name, the recipe, and a sentence if the address asks for what cannot be.

    The defaults, `settings` among them, are those of an address that says nothing.
    """
    name = read("preset", default_preset)
    try:
        changes = [change[:LONGEST] for change in _held().get("set", [])[:50]]
        if not {"preset", "data", "set"} & set(_held()):
            changes = list(settings)
        recipe = assign(starting(name, read("data", default_data)), *changes)
    except VaelabError as error:
        sentence = f"The address asks for something that cannot be: {error}"
        return default_preset, starting(default_preset, default_data), sentence
    return name, recipe, ""


def write_recipe(name: str, recipe: Recipe, seed: int, **values: str | None) -> None:
    """Say in the address how a recipe differs from its preset, and change other values with it."""
    start = starting(name, recipe.data.name)
    write(preset=name, data=recipe.data.name, seed=seed or None, set=list(differences(start, recipe)), **values)


def of_recipe(recipe: Recipe, seed: int) -> dict[str, str | list[str]]:
    """The values of an address for a recipe and a seed, told by how it differs from the preset nearest to it."""
    nearest: tuple[str, list[str]] | None = None
    for name in PRESETS:
        try:
            changes = list(differences(starting(name, recipe.data.name), recipe))
        except VaelabError:
            continue  # This preset is of no use on these data.
        if nearest is None or len(changes) < len(nearest[1]):
            nearest = name, changes
    name, changes = nearest or (next(iter(PRESETS)), [])
    return {"data": recipe.data.name, "preset": name, "set": changes} | ({"seed": str(seed)} if seed else {})


def differences(start: Spec, end: Spec, prefix: str = "") -> Iterable[str]:
    """The assignments `field=value` that turn one spec into another of its kind."""
    for field in fields(type(end)):
        before, after = getattr(start, field.name), getattr(end, field.name)
        path = prefix + field.name
        if before == after:
            continue
        if isinstance(after, Spec) and type(before) is type(after):
            yield from differences(before, after, f"{path}.")
        else:
            value = to_json(after)
            yield f"{path}={value if isinstance(value, str) else json.dumps(value, separators=(',', ':'))}"


def hidden() -> list[str]:
    """What the address asks to leave out, for a lesson: names of `HIDEABLE`, and no others."""
    return [name for name in read("hide").split(",") if name in HIDEABLE]


def unreadable() -> str:
    """Sentences about values of the address that are no numbers, or name nothing; "" when all can be read."""
    wrong = [name for name in CODES if read(name) and not _numbers(read(name))]
    wrong += [name for name in NUMBERS if read(name) and not read(name).isdecimal()]
    it = "it was" if len(wrong) == 1 else "they were"
    said = [f"The address gives no numbers for {' and '.join(wrong)}, so {it} left out."] if wrong else []
    if nothing := [name for name in read("hide").split(",") if name and name not in HIDEABLE]:
        said.append(f"The address hides {nothing[0]!r:.40}, which is not here; it can hide {', '.join(HIDEABLE)}.")
    return " ".join(said)


def read_view() -> dict[str, Any]:
    """The view: code, endpoints, the noise's seed, temperature and grid, density, class, dial, the map's axes.

    Nonsense is left out.
    """
    grid = whole("grid", GRID)
    view: dict[str, Any] = {"seed": whole("noise"), "temperature": 1.0, "grid": grid if 4 <= grid <= 10 else GRID}
    for name in ("z", "a", "b"):
        if code := _numbers(read(name)):
            view[name] = code
    if temperature := _numbers(read("temperature")):
        view["temperature"] = min(max(temperature[0], 0.0), 2.0)
    if (density := read("density")) in DENSITIES:
        view["density"] = density
    if label := whole("label", maximum=LABELS):
        view["label"] = label
    if read("dial").isdecimal():  # 0 is a place like any other; nonsense leaves the dial where it begins.
        view["dial"] = whole("dial")
    axes = read("axes")
    pair = [int(part) for part in axes.split(",") if part.isdecimal()]
    if axes == "pca" or len(pair) == 2:
        view["axes"] = "pca" if axes == "pca" else pair
    return view


def write_view(view: dict[str, Any]) -> None:
    """Keep the view that a visitor has settled on."""
    axes = view.get("axes")
    write(
        **{name: ",".join(f"{value:g}" for value in view.get(name) or []) for name in ("z", "a", "b")},
        noise=view.get("seed") or None,
        temperature=None if view.get("temperature") in (None, 1) else f"{view['temperature']:g}",
        grid=None if view.get("grid") == GRID else view.get("grid"),
        density=view.get("density"),
        label=view.get("label") or None,
        dial=view.get("dial"),
        axes=",".join(map(str, axes)) if isinstance(axes, list) else axes,
    )


def _numbers(text: str) -> list[float]:
    """Up to 1,024 finite comma-separated numbers, or nothing."""
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        return []
    return values if len(values) <= 1024 and all(map(math.isfinite, values)) else []
