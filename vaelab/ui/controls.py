"""Widgets for any spec, drawn from the types of its fields: a new ingredient appears in the app with no edit here.

Each function draws a field with its present value and returns the JSON of what the visitor chose.
"""

from __future__ import annotations

import math
import typing
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal, TypeVar

import streamlit as st

from vaelab.errors import RecipeError
from vaelab.spec import Field, Spec, choices, fields, is_axis, to_json

Drawn = TypeVar("Drawn")


def spec_controls(spec: Spec, key: str, *, skip: tuple[str, ...] = ()) -> dict[str, Any]:
    """Widgets for the fields of a spec, but those to skip: the tagged JSON of the result."""
    drawn = {
        field.name: partial(_field, field, getattr(spec, field.name), f"{key}.{field.name}")
        for field in fields(type(spec))
        if field.name not in skip
    }
    return {**to_json(spec), **all_of(drawn)}


def all_of(draw: Mapping[str, Callable[[], Drawn]]) -> dict[str, Drawn]:
    """What each of several widgets says; the first mistake is raised when all of them are drawn, so that none goes."""
    found: dict[str, Drawn] = {}
    mistakes: list[RecipeError] = []
    for name, one in draw.items():
        try:
            found[name] = one()
        except RecipeError as mistake:
            mistakes.append(mistake)
    if mistakes:
        raise mistakes[0]
    return found


def axis_controls(label: str, annotation: Any, value: Spec, key: str, help: str = "") -> dict[str, Any]:  # noqa: A002
    """A choice among the kinds of an axis, and the chosen one's settings below it."""
    kinds = {kind.__name__: kind for kind in choices(annotation)}
    present = type(value).__name__
    name = st.selectbox(label, list(kinds), index=list(kinds).index(present), key=key, help=help or None)
    return spec_controls(value if name == present else kinds[name](), f"{key}.{name}")


def _field(field: Field, value: Any, key: str) -> Any:
    label, origin = field.setting.label or field.name, typing.get_origin(field.type)
    if is_axis(field.type):
        if len(choices(field.type)) == 1:
            return spec_controls(value, key)
        return axis_controls(label, field.type, value, key, field.setting.help)
    if origin is tuple and is_axis(typing.get_args(field.type)[0]):
        return _several(field, label, value, key)
    if origin is tuple:
        return _numbers(field, label, value, key)
    if origin is Literal:
        options = list(typing.get_args(field.type))
        return st.selectbox(label, options, index=options.index(value), key=key, help=field.setting.help or None)
    return _scalar(field, label, value, key)


def _several(field: Field, label: str, value: tuple[Spec, ...], key: str) -> list[dict[str, Any]]:
    """Any of the kinds of an axis, each once."""
    kinds = {kind.__name__: kind for kind in choices(typing.get_args(field.type)[0])}
    present = {type(item).__name__: item for item in value}
    names = st.multiselect(label, list(kinds), default=list(present), key=key, help=field.setting.help or None)
    drawn = {name: partial(spec_controls, present.get(name) or kinds[name](), f"{key}.{name}") for name in names}
    return list(all_of(drawn).values())


def _numbers(field: Field, label: str, value: tuple[Any, ...], key: str) -> list[Any]:
    text = st.text_input(label, ", ".join(map(str, value)), key=key, help=f"{field.setting.help} Separated by commas.")
    try:
        return [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise RecipeError(f"{label} must be whole numbers separated by commas, but got {text!r:.40}.") from None


def _scalar(field: Field, label: str, value: Any, key: str) -> Any:
    setting = field.setting
    hint = setting.help or None
    if field.type is bool:
        return st.checkbox(label, value, key=key, help=hint)
    if field.type is str:
        return st.text_input(label, value, key=key, help=hint)
    low, high = field.type(setting.minimum or 0), field.type(setting.maximum or 2**31 - 1)
    if field.type is int:
        return st.number_input(label, low, high, value, step=1, key=key, help=hint)
    # On a logarithmic setting a click changes the leading digit, wherever the value is.
    step = 10.0 ** math.floor(math.log10(value) - 0.1) if setting.logarithmic and value > 0 else 0.01
    return st.number_input(label, low, high, value, step=step, format="%g", key=key, help=hint)
