"""JSON out."""

from typing import Any, Final

import orjson
from rest_framework.renderers import BaseRenderer

from gateway.events.json_bytes import json_bytes

OPTIONS: Final = orjson.OPT_UTC_Z


def to_json(data: Any) -> bytes:
    """Times as RFC 3339 in UTC, ids as text. Whole numbers of ours beyond 2⁶³ must come as text."""
    return json_bytes(data, option=OPTIONS)


class OrjsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        return to_json(data)
