"""The card of own data: what they are like, and what to train on them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import streamlit as st

from vaelab.data import information, load
from vaelab.data.own.card import Card, card
from vaelab.data.own.kept import Own
from vaelab.presets.suggestion import Suggestion, suggest
from vaelab.ui import address, training
from vaelab.ui.pages import playground
from vaelab.ui.recipe_form import as_written, forget
from vaelab.ui.stage import telling

CELL = 88  # Pixels of a picture on the page,
GAP = 5  # and of the transparent border around twice as large a one.


def show_card(own: Own) -> None:
    """Draw it; *Train this* starts a run of the suggested recipe and goes to the playground."""
    with st.container(border=True):
        title, button = st.columns([3, 1], vertical_alignment="center")
        title.subheader(as_written(own.title), anchor=False)
        with st.spinner("Measuring the data ..."):
            measured = _measured(own.name)
        suggestion = suggest(measured)
        if button.button("Train this", type="primary", icon=":material/play_arrow:", width="stretch"):
            _train(own, suggestion)
        st.text("\n".join(measured.sentences()))
        st.markdown(f"**To begin with:** {as_written(suggestion.reason)}")
        gallery(np.concatenate([measured.mean[None], measured.examples]), ["mean"], "Example")
        _charts(measured)
        with st.expander("How it was made", icon=":material/history:"):
            st.text("\n".join(own.steps))
            st.code(own.name, language=None)


def gallery(examples: np.ndarray, captions: Sequence[str], alt: str) -> None:
    """Pictures or sequences uint8 [N, ...] in a row that wraps, with captions under the first of them."""
    shown = _thumbnails(examples)
    words = [as_written(caption) for caption in captions] + [""] * (len(shown) - len(captions))
    alts = [f"{alt} {number}: {word}" if word else f"{alt} {number}" for number, word in enumerate(words, 1)]
    st.image(list(shown), caption=words, width=CELL, alt=alts)


def _thumbnails(examples: np.ndarray) -> np.ndarray:
    """uint8 [N, height, width, 4], enlarged by a whole number to keep pixels crisp, or drawn in ink; with a gap."""
    if examples.ndim == 3:
        from vaelab.cli.ink import draw  # Here: the app draws in the browser, and needs it for nothing else.

        large = draw(examples / 255)
    else:
        scale = max(1, 2 * CELL // max(examples.shape[1:3]))
        large = examples.repeat(scale, axis=1).repeat(scale, axis=2)
    coloured = large.repeat(3 // large.shape[3], axis=3)
    opaque = np.concatenate([coloured, np.full((*coloured.shape[:3], 1), 255, np.uint8)], axis=3)
    return np.pad(opaque, ((0, 0), (GAP, GAP), (GAP, GAP), (0, 0)))


def _charts(measured: Card) -> None:
    several = len(measured.class_counts) > 1
    columns = st.columns(2) if several else [st.container()]
    with columns[0]:
        st.caption("Share of the variance in the first principal components")
        st.line_chart(
            {"components": list(range(1, len(measured.spectrum) + 1)), "share": np.cumsum(measured.spectrum).tolist()},
            x="components", y="share", height=200,
        )  # fmt: skip
    if several:
        with columns[1]:
            st.caption("Examples of each class")
            names, counts = list(measured.class_counts), list(measured.class_counts.values())
            st.bar_chart({"class": names, "examples": counts}, x="class", y="examples", height=200, sort=False)


@lru_cache(maxsize=32)
def _measured(name: str) -> Card:
    """Own data are called by their content, so that a card never changes."""
    return card(load(name), information(name))


def _train(own: Own, suggestion: Suggestion) -> None:
    with telling():
        recipe = suggestion.recipe(own.name)
        run = training.start(suggestion.preset, recipe, 0)
        settings = list(address.differences(address.starting(suggestion.preset, own.name), recipe))
        forget("playground")
        page = st.Page(playground.show, title="Playground", url_path="playground", default=True)
        query = {"data": own.name, "preset": suggestion.preset, "set": settings, "run": run}
        st.switch_page(page, query_params=query)
