"""The beta dial: one recipe trained with sixteen values of beta, from a plain autoencoder to collapse."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from vaelab.recipe import Recipe, from_json, turned
from vaelab.spec import knobs
from vaelab.sweep import spread
from vaelab.ui import address, training
from vaelab.ui.foot import foot
from vaelab.ui.mishaps import contained
from vaelab.ui.pages.compare import PRESETS
from vaelab.ui.recipe_form import Choice, as_written, recipe_form
from vaelab.ui.server import runs
from vaelab.ui.stage import stage, telling

BETA = "objective.penalties.GaussianKL.weight"
BETAS = (0, 0.01, 0.03, 0.1, 0.2, 0.35, 0.5, 0.7, 1, 1.4, 2, 2.8, 4, 6, 10, 16)
SMALL = ("backbone.hidden=64",)  # Sixteen of these are trained in ten seconds.
ADDRESS = "sweep"


class Shown(NamedTuple):
    """The runs under the dial."""

    runs: list[str]
    labels: list[str]
    quantity: str
    start: int  # The place at which the dial begins.


def show() -> None:
    """Draw the page."""
    with st.sidebar:
        choice = recipe_form("dial", "vae_2d", PRESETS, data="digits", settings=SMALL)
        if foot(f"Train {len(BETAS)} betas", _problem(choice), "New weights, the same for all, on the same batches."):
            _start(choice)
        st.caption(_about(choice.recipe))
    _stage(choice)
    runs().prepare()


def _about(recipe: Recipe) -> str:
    large = not recipe.architecture().is_small(recipe.training.batch_size)  # Sixteen such take minutes.
    return (
        f"One run for each beta from {BETAS[0]} to {BETAS[-1]}, alike in everything else. They are trained together, "
        f"on all cores of the server.{' With a model of this size that takes a while.' if large else ''}"
    )


def _problem(choice: Choice) -> str:
    if choice.problem or BETA in knobs(choice.recipe):
        return choice.problem
    return "The dial needs the Gaussian bottleneck and GaussianKL: without them there is no beta to turn."


@st.fragment
@contained("stage of dial")
def _stage(choice: Choice) -> None:
    shown, message = _on_show(choice)
    empty = f"No trained sweep ships for {choice.data_title}. Press Train {len(BETAS)} betas."
    action = stage(
        choice, "dial", shown.runs, message, empty, mode="dial", labels=shown.labels, quantity=shown.quantity,
        start=shown.start,
    )  # fmt: skip
    if action:
        _act(action, choice)


def _on_show(choice: Choice) -> tuple[Shown, str]:
    """The sweep of the address, or one that ships for the data that have been chosen."""
    asked = address.read(ADDRESS)
    if asked and runs().known(asked):
        return _shown(asked), ""
    shipped = f"{choice.recipe.data.name}-beta-01"
    message = "The sweep of this address does not exist any more; below is a trained one." if asked else ""
    return (_shown(shipped) if runs().known(shipped) else Shown([], [], "beta", 0)), message


def _shown(run: str) -> Shown:
    members = runs().sweep(run)
    about = [runs().about(member) for member in members]
    quantity, values = spread([from_json(one["recipe"]) for one in about])
    if not quantity:  # They differ in several numbers, or in their seeds; each has a title that says so.
        return Shown(members, [str(one.get("title") or run) for one in about], "run", 0)
    start = min(range(len(values)), key=lambda place: abs(values[place] - 1))
    return Shown(members, [f"{value:g}" for value in values], quantity, start)


def _act(action: str, choice: Choice) -> None:
    if problem := _problem(choice):
        st.toast(f"Not yet: {as_written(problem)}", icon=":material/error:")
        return
    run, first = address.read(ADDRESS), turned(choice.recipe, {BETA: float(BETAS[0])})
    if action == "train" and training.trains(run, first, choice.seed):
        with telling():
            training.go_on(run, choice.recipe)
    else:
        _start(choice, paused=action == "reset")


def _start(choice: Choice, *, paused: bool = False) -> None:
    with telling():
        training.stop(address.read(ADDRESS))
        run = training.start_sweep(choice.preset, choice.recipe, choice.seed, BETA, BETAS)
        if paused:
            runs().command(run, "pause")
        address.write(**{ADDRESS: run})
        st.rerun()
