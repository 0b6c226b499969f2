"""Train one model and explore it, both at once."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from vaelab.bottlenecks import Point
from vaelab.spec import to_json
from vaelab.ui import address, training
from vaelab.ui.foot import foot
from vaelab.ui.mishaps import contained
from vaelab.ui.recipe_form import Choice, as_written, recipe_form
from vaelab.ui.server import runs
from vaelab.ui.stage import stage, telling

PRESET = "vae_2d"
UNKNOWN = (
    "The run of this address does not exist any more: it was deleted, or made on another server. "
    "Press Train to make a new one; below is a trained example."
)


def page() -> StreamlitPage:
    """The page as the menu has it."""
    return st.Page(show, title="Playground", icon=":material/tune:", url_path="playground", default=True)


def show() -> None:
    """Draw the page."""
    with st.sidebar:
        choice = recipe_form("playground", PRESET)
        if foot("Train this recipe", choice.problem, "Starts from new weights, with the settings above."):
            _start(choice)
        _about(choice)
    _stage(choice)
    runs().prepare(to_json(choice.recipe))


@st.fragment
@contained("stage of playground")
def _stage(choice: Choice) -> None:
    run, message = _run_on_show(choice)
    empty = f"No trained example ships for {choice.data_title}. Press Train this recipe."
    if action := stage(choice, "playground", [run] if run else [], message, empty):
        _act(action, choice)


def _run_on_show(choice: Choice) -> tuple[str, str]:
    """The run of the address, or an example for the data that have been chosen."""
    run = address.read("run")
    if run and runs().known(run):
        return run, ""
    found = (name for name in _examples(choice) if runs().known(name))
    return next(found, ""), UNKNOWN if run else ""


def _examples(choice: Choice) -> list[str]:
    """Trained runs that ship, the nearest to the recipe first: what there is to see before anything is trained."""
    data, waist = choice.recipe.data.name, choice.recipe.bottleneck
    point, plane = isinstance(waist, Point), choice.recipe.architecture().latent == 2
    nearest = f"{data}-ae-2d" if point else f"{data}-vae-2d" if plane else f"{data}-conv-vae"
    of_its_kind = f"{data}-{choice.preset.replace('_', '-')}"
    return [of_its_kind, of_its_kind.removesuffix("-2d"), nearest, f"{data}-vae-2d"]


def _about(choice: Choice) -> None:
    """What is on show, and the command line that makes the same."""
    run, _ = _run_on_show(choice)
    if not run:
        return
    about = runs().about(run)
    st.divider()
    st.caption("On show")
    st.text(about.get("title") or run)
    if command := about.get("command"):
        st.code(command, language="bash", wrap_lines=True)


def _act(action: str, choice: Choice) -> None:
    """Train goes on with the run on show if it is of this very recipe, and starts a new one otherwise."""
    run = address.read("run")
    if choice.problem:
        st.toast(f"Not yet: {as_written(choice.problem)}", icon=":material/error:")
    elif action == "train" and training.trains(run, choice.recipe, choice.seed):
        with telling():
            training.go_on(run, choice.recipe)
    else:
        _start(choice, paused=action == "reset")


def _start(choice: Choice, *, paused: bool = False) -> None:
    with telling():
        training.stop(address.read("run"))
        run = training.start(choice.preset, choice.recipe, choice.seed)
        if paused:
            runs().command(run, "pause")
        address.write(run=run)
        st.rerun()
