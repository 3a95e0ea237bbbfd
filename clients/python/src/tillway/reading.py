"""Answers as the shapes that they are of.

A field that this version doesn't know is passed over, and one that an older gateway doesn't answer
yet is None, so that client and gateway needn't be upgraded in the same minute.
"""

import types
from dataclasses import is_dataclass
from datetime import date, datetime
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Shape = TypeVar("Shape")

_known: dict[type[Any], dict[str, Any]] = {}
"""The kinds of each shape's fields, worked out once."""


def shape_from(shape: type[Shape], value: dict[str, Any]) -> Shape:
    """``value``, parsed JSON, as a ``shape``.

    Raises:
        ValueError, TypeError, AttributeError: it isn't of that shape.
    """
    return shape(**{name: _read(kind, value.get(name)) for name, kind in _kinds(shape).items()})


def _kinds(shape: type[Any]) -> dict[str, Any]:
    if shape not in _known:
        _known[shape] = get_type_hints(shape)
    return _known[shape]


def _read(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        # Apart from null, only words stand beside each other: the first kind reads them all.
        return _read(get_args(kind)[0], value)
    if origin is list:
        [of] = get_args(kind)
        return [_read(of, each) for each in value]
    if origin is dict:
        of = get_args(kind)[1]
        return {name: _read(of, each) for name, each in value.items()}
    if kind is datetime or kind is date:
        return kind.fromisoformat(value)
    if is_dataclass(kind) and isinstance(kind, type):
        return shape_from(kind, value)
    return value
