"""JSON in: strict, small, an object."""

import json
from typing import IO, Any

import orjson
from rest_framework.parsers import BaseParser

from gateway.events.errors import TillwayError


class MalformedJson(TillwayError):
    code = "malformed_json"
    message = "The body is not a JSON object."
    hint = "Send UTF-8 JSON that begins with { and ends with }."


class _Repeated(Exception):
    """A name stands twice in one object."""


def object_from(raw: bytes) -> dict[str, Any]:
    """The JSON object in ``raw``; no body at all is an empty one.

    Raises:
        MalformedJson: NaN and Infinity are no JSON either, and a name that stands twice in one
            object means whatever its reader likes: of two amounts none is taken.
    """
    if not raw:
        return {}
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise MalformedJson(f"The body is not JSON: {error}.") from None
    if not isinstance(value, dict):
        raise MalformedJson
    _refuse_repeated_names(raw)
    return value


def _refuse_repeated_names(raw: bytes) -> None:
    """orjson keeps the last of a name and says nothing."""
    try:
        # Numbers are passed over unread: Python refuses to read very long ones.
        json.loads(raw, object_pairs_hook=_once, parse_int=str, parse_float=str)
    except _Repeated as repeated:
        raise MalformedJson(
            f"The name {str(repeated)[:80]!r} stands twice in one object."
        ) from None
    except RecursionError:
        raise MalformedJson("The body is nested too deeply.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Repeated(name)
        found[name] = value
    return found


class OrjsonParser(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None
    ) -> dict[str, Any]:
        return object_from(stream.read())
