"""Change one field of a spec by dotted path and text, as `--set backbone.hidden=500` and links do."""

from __future__ import annotations

import json
import typing
from typing import Any

from vaelab.errors import RecipeError
from vaelab.spec import Spec, SpecType, convert, fields, is_axis, substitute, to_json


def assign(spec: SpecType, *assignments: str) -> SpecType:
    """Apply `path=value` in turn, where a value is text as a person types it: `500`, `32,64`, `Conv`, or JSON.

    What is in between need not make sense (a bottleneck may be exchanged before its penalty): the result is checked.
    """
    draft = spec
    for assignment in assignments:
        path, separator, text = assignment.partition("=")
        if not separator or not path.strip():
            raise RecipeError(f"{assignment!r} is not of the form field=value, such as backbone.hidden=500.")
        draft = _assign(draft, path.strip().split("."), text.strip(), path.strip())
    return convert(type(spec), to_json(draft), type(spec).__name__.lower())


def _assign(spec: Any, path: list[str], text: str, where: str) -> Any:
    known = {field.name: field for field in fields(type(spec))}
    name, rest = path[0], path[1:]
    if name not in known:
        raise RecipeError(f"{where}: {type(spec).__name__} has no field {name!r}; it has {', '.join(known) or 'none'}.")
    value, annotation = getattr(spec, name), known[name].type
    if not rest:
        return substitute(spec, {name: _parse(annotation, text, where)})
    if isinstance(value, Spec):
        return substitute(spec, {name: _assign(value, rest, text, where)})
    if isinstance(value, tuple) and len(rest) > 1:
        names = [type(item).__name__ for item in value]
        if rest[0] not in names:
            raise RecipeError(f"{where}: {name} holds {', '.join(names) or 'nothing'}, not {rest[0]!r}.")
        changed = tuple(
            _assign(item, rest[1:], text, where) if type(item).__name__ == rest[0] else item for item in value
        )
        return substitute(spec, {name: changed})
    raise RecipeError(f"{where}: {name} has no fields of its own.")


def _parse(annotation: Any, text: str, where: str) -> Any:
    """Read text as the declared type; lists are comma-separated, kinds are named, JSON always works."""
    if text[:1] in ("{", "["):
        try:
            return convert(annotation, json.loads(text), where)
        except json.JSONDecodeError as error:
            raise RecipeError(f"{where}: {text!r} is not valid JSON ({error.msg}).") from None
    if typing.get_origin(annotation) is tuple:
        item = typing.get_args(annotation)[0]
        return tuple(_parse(item, entry.strip(), where) for entry in text.split(",") if entry.strip())
    if is_axis(annotation):
        return convert(annotation, {"kind": text}, where)
    return convert(annotation, _scalar(annotation, text), where)


def _scalar(annotation: Any, text: str) -> Any:
    """Numbers and booleans as JSON reads them; everything else stays text and is checked by its type."""
    if annotation is str:
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
