"""JSON in: strict, small, an object."""

from typing import IO, Any

import orjson
from rest_framework.parsers import BaseParser

from gateway.events.errors import TillwayError


class MalformedJson(TillwayError):
    code = "malformed_json"
    message = "The body is not a JSON object."
    hint = "Send UTF-8 JSON that begins with { and ends with }."


def object_from(raw: bytes) -> dict[str, Any]:
    """The JSON object in ``raw``; no body at all is an empty one.

    Raises:
        MalformedJson: NaN and Infinity are no JSON either.
    """
    if not raw:
        return {}
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise MalformedJson(f"The body is not JSON: {error}.") from None
    if not isinstance(value, dict):
        raise MalformedJson
    return value


class OrjsonParser(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None
    ) -> dict[str, Any]:
        return object_from(stream.read())
