"""An autoencoder and a VAE beside each other: same data, same initial weights, same batches, one cursor."""

from __future__ import annotations

import streamlit as st

from vaelab.assign import assign
from vaelab.errors import RecipeError
from vaelab.recipe import Recipe
from vaelab.ui import address, training
from vaelab.ui.foot import foot
from vaelab.ui.mishaps import contained
from vaelab.ui.recipe_form import Choice, as_written, recipe_form
from vaelab.ui.server import runs
from vaelab.ui.stage import stage, telling

LABELS = ("Autoencoder", "VAE")
PRESETS = ("vae_2d", "beta_vae_2d", "conv_vae_2d", "vae", "conv_vae", "beta_vae")
ADDRESS = ("a_run", "b_run")
PLAIN = ("objective.penalties.GaussianKL.weight=0", "objective.sampling_scale=0")


def plain(recipe: Recipe) -> Recipe:
    """The same recipe without the prior's pull and without sampling noise: a plain autoencoder.

    Backbone, initial weights, batches and likelihood are equal by construction, so what differs is what the
    variational terms do.
    """
    return assign(recipe, *PLAIN)


def show() -> None:
    """Draw the page."""
    with st.sidebar:
        choice = recipe_form("compare", "vae_2d", PRESETS)
        if foot("Train both", _problem(choice), "Two runs from the same new weights on the same batches."):
            _start(choice)
        st.caption(
            "The VAE trains on the recipe above. The autoencoder trains on the same one, but with beta 0 and no "
            "sampling noise: same data, same initial weights, same batches."
        )
    _stage(choice)


def _problem(choice: Choice) -> str:
    if choice.problem:
        return choice.problem
    try:
        plain(choice.recipe)
    except RecipeError:
        return "A comparison needs the Gaussian bottleneck and GaussianKL: without them there is no VAE to compare."
    return ""


@st.fragment
@contained("stage of compare")
def _stage(choice: Choice) -> None:
    shown, message = _runs_on_show(choice)
    empty = f"No trained pair ships for {choice.data_title}. Press Train both."
    if action := stage(choice, "compare", shown, message, empty, mode="compare", labels=LABELS):
        _act(action, choice)


def _runs_on_show(choice: Choice) -> tuple[list[str], str]:
    """The pair of the address, or a trained pair for the data that have been chosen."""
    asked = [address.read(name) for name in ADDRESS]
    if all(asked) and all(map(runs().known, asked)):
        return asked, ""
    message = "A run of this address does not exist any more; below is a trained pair." if any(asked) else ""
    pair = [f"{choice.recipe.data.name}-{kind}-2d" for kind in ("ae", "vae")]  # The trained pairs that ship.
    return (pair if all(map(runs().known, pair)) else []), message


def _act(action: str, choice: Choice) -> None:
    if problem := _problem(choice):
        st.toast(f"Not yet: {as_written(problem)}", icon=":material/error:")
        return
    shown = [address.read(name) for name in ADDRESS]
    recipes = (plain(choice.recipe), choice.recipe)
    pairs = list(zip(shown, recipes, strict=True))
    if action == "train" and all(training.trains(run, recipe, choice.seed) for run, recipe in pairs):
        with telling():
            for run, recipe in pairs:
                training.go_on(run, recipe)
    else:
        _start(choice, paused=action == "reset")


def _start(choice: Choice, *, paused: bool = False) -> None:
    with telling():
        for name in ADDRESS:
            training.stop(address.read(name))
        started = [
            training.start(choice.preset, recipe, choice.seed, f"{label} on {choice.data_title}")
            for label, recipe in zip(LABELS, (plain(choice.recipe), choice.recipe), strict=True)
        ]
        for run in started if paused else ():
            runs().command(run, "pause")
        address.write(**dict(zip(ADDRESS, started, strict=True)))
        st.rerun()
