"""Configuration as frozen dataclasses: checked when built, hashable, and equal to their tagged JSON.

A `Spec` is a choice with its settings, such as `Dense(hidden=(400,))`, and its JSON is
`{"kind": "Dense", "hidden": [400]}`. A union of specs (`Dense | Conv`) is an axis of choice. Kinds are looked up in
the union that the field declares and nowhere else, so a file can select only what this package offers.

A numeric field may be a *knob*: its value is an input of the compiled training program rather than a constant of it,
so that it can change while a run is going. `knobs` lists them by dotted path; `substitute` puts (traced) values in.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import typing
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeVar

from vaelab.errors import RecipeError

MAXIMUM_ITEMS = 16  # Longest tuple in a spec: bounds what a hostile file can ask for.
SpecType = TypeVar("SpecType", bound="Spec")


class Setting(NamedTuple):
    """What is known of a field besides its type: its range, how to show it, and whether it is a knob."""

    minimum: float | None = None
    maximum: float | None = None
    knob: bool = False
    logarithmic: bool = False
    label: str = ""
    help: str = ""


def number(
    default: Any,
    *,
    minimum: float,
    maximum: float,
    knob: bool = False,
    logarithmic: bool = False,
    label: str = "",
    help: str = "",  # noqa: A002 - the word that forms use.
) -> Any:
    """Declare a numeric field, or a tuple of numbers, with its inclusive range."""
    setting = Setting(minimum, maximum, knob, logarithmic, label, help)
    return dataclasses.field(default=default, metadata={"setting": setting})


def option(default: Any, *, label: str = "", help: str = "") -> Any:  # noqa: A002
    """Declare a field that is a choice or another spec, with the text that a form shows."""
    return dataclasses.field(default=default, metadata={"setting": Setting(label=label, help=help)})


@dataclass(frozen=True)
class Spec:
    """Base of every choice: on construction each field is converted to its declared type and checked."""

    def __post_init__(self) -> None:
        for field in fields(type(self)):
            value = convert(field.type, getattr(self, field.name), f"{type(self).__name__}.{field.name}")
            _check_range(value, field.setting, f"{type(self).__name__}.{field.name}")
            object.__setattr__(self, field.name, value)


class Field(NamedTuple):
    """A field of a spec class, its type resolved."""

    name: str
    type: Any
    setting: Setting
    default: Any


@functools.cache
def fields(kind: type[Spec]) -> tuple[Field, ...]:
    """The fields of a spec class in order, with resolved types."""
    hints = typing.get_type_hints(kind)
    return tuple(
        Field(field.name, hints[field.name], field.metadata.get("setting", Setting()), field.default)
        for field in dataclasses.fields(kind)
    )


def choices(union: Any) -> tuple[type[Spec], ...]:
    """The spec classes of an axis, in the order in which the union lists them."""
    return typing.get_args(union) or (union,)


def is_axis(annotation: Any) -> bool:
    """Whether a field's type is a spec, or a union of specs to choose from."""
    return all(isinstance(kind, type) and issubclass(kind, Spec) for kind in choices(annotation))


def convert(annotation: Any, value: Any, where: str) -> Any:
    """Turn a Python or JSON value into the declared type, or raise `RecipeError` naming `where`."""
    origin = typing.get_origin(annotation)
    if origin is Literal:
        return _one_of(value, typing.get_args(annotation), where)
    if origin is tuple:
        return _items(value, typing.get_args(annotation)[0], where)
    if is_axis(annotation):
        return _spec(annotation, value, where)
    return _scalar(annotation, value, where)


def _scalar(kind: type, value: Any, where: str) -> Any:
    """Accept a JSON scalar of the declared type; whole numbers pass as float, nothing else is coerced."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    accepted = {int: whole, float: whole or isinstance(value, float), bool: isinstance(value, bool)}
    if not accepted.get(kind, isinstance(value, kind)):
        raise RecipeError(f"{where} must be {_name(kind)}, but got {value!r}.")
    if kind is float and not math.isfinite(value):
        raise RecipeError(f"{where} must be a finite number, but got {value!r}.")
    return kind(value)


def _name(kind: type) -> str:
    return {int: "a whole number", float: "a number", bool: "true or false", str: "text"}[kind]


def _one_of(value: Any, allowed: tuple[Any, ...], where: str) -> Any:
    if value not in allowed or isinstance(value, bool):
        raise RecipeError(f"{where} must be one of {', '.join(map(str, allowed))}, but got {value!r}.")
    return value


def _items(value: Any, item: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, (list, tuple)) or len(value) > MAXIMUM_ITEMS:
        raise RecipeError(f"{where} must be a list of at most {MAXIMUM_ITEMS} items, but got {value!r:.80}.")
    return tuple(convert(item, entry, f"{where}[{index}]") for index, entry in enumerate(value))


def _spec(annotation: Any, value: Any, where: str) -> Spec:
    """Accept a spec of the axis, or its tagged JSON; unknown kinds and fields are refused."""
    kinds = {kind.__name__: kind for kind in choices(annotation)}
    if type(value) in kinds.values():
        return value
    if not isinstance(value, dict):
        raise RecipeError(f"{where} must be one of {', '.join(kinds)}, but got {value!r:.80}.")
    entries = dict(value)
    tag = entries.pop("kind", None if len(kinds) > 1 else next(iter(kinds)))
    if not isinstance(tag, str) or tag not in kinds:
        raise RecipeError(f"{where} has the unknown kind {tag!r}; choose one of {', '.join(kinds)}.")
    known = {field.name: field for field in fields(kinds[tag])}
    if unknown := sorted(str(name) for name in entries.keys() - known.keys()):
        raise RecipeError(f"{where}: {tag} has no field {', '.join(unknown)}; it has {', '.join(known)}.")
    # Converted here so that an error names the path in the file rather than the class.
    return kinds[tag](**{name: convert(known[name].type, entry, f"{where}.{name}") for name, entry in entries.items()})


def _check_range(value: Any, setting: Setting, where: str) -> None:
    if setting.minimum is None or setting.maximum is None:
        return
    for entry in value if isinstance(value, tuple) else (value,):
        if not setting.minimum <= entry <= setting.maximum:
            limits = f"between {setting.minimum:g} and {setting.maximum:g}"
            raise RecipeError(f"{where} must be {limits}, but got {entry!r}.")


def to_json(value: Any) -> Any:
    """The tagged JSON of a spec; `convert` is its inverse."""
    if isinstance(value, Spec):
        entries = {field.name: to_json(getattr(value, field.name)) for field in fields(type(value))}
        return {"kind": type(value).__name__, **entries}
    if isinstance(value, tuple):
        return [to_json(entry) for entry in value]
    return value


def replace(spec: SpecType, **values: Any) -> SpecType:
    """A copy with some fields changed and checked."""
    return dataclasses.replace(spec, **values)


# --- dotted paths -----------------------------------------------------------------------------------------------


def children(spec: Spec) -> dict[str, Spec]:
    """The specs inside a spec by path: a field's name, or `field.Kind` for each item of a list of specs."""
    found: dict[str, Spec] = {}
    for field in fields(type(spec)):
        value = getattr(spec, field.name)
        if isinstance(value, Spec):
            found[field.name] = value
        elif isinstance(value, tuple):
            found |= {f"{field.name}.{type(item).__name__}": item for item in value if isinstance(item, Spec)}
    return found


class Knob(NamedTuple):
    """A setting that may change during training: its path, its value in the recipe, and its range."""

    path: str
    value: float
    setting: Setting


def knobs(spec: Spec, prefix: str = "") -> dict[str, Knob]:
    """All knobs of a spec and the specs inside it, by dotted path."""
    found = {
        prefix + field.name: Knob(prefix + field.name, getattr(spec, field.name), field.setting)
        for field in fields(type(spec))
        if field.setting.knob
    }
    for path, child in children(spec).items():
        found |= knobs(child, f"{prefix}{path}.")
    return found


def substitute(spec: SpecType, values: dict[str, Any]) -> SpecType:
    """A copy with values put in by dotted path, unchecked: they may be tracers of a program being compiled."""
    copy = object.__new__(type(spec))
    for field in fields(type(spec)):
        value = getattr(spec, field.name)
        if isinstance(value, Spec):
            value = substitute(value, _below(values, field.name))
        elif isinstance(value, tuple) and value and isinstance(value[0], Spec):
            value = tuple(substitute(item, _below(values, f"{field.name}.{type(item).__name__}")) for item in value)
        object.__setattr__(copy, field.name, values.get(field.name, value))
    return copy


def _below(values: dict[str, Any], path: str) -> dict[str, Any]:
    return {name.removeprefix(path + "."): value for name, value in values.items() if name.startswith(path + ".")}


def without_knobs(spec: SpecType) -> SpecType:
    """A copy whose knobs are all zero: what identifies the compiled program, whatever the knobs' values."""
    return substitute(spec, dict.fromkeys(knobs(spec), 0.0))
