"""JSON as bytes, of whatever a database's JSON may hold. Pure."""

import json
from typing import Any

import orjson


def json_bytes(value: Any, *, option: int = 0) -> bytes:
    """As ``orjson.dumps``, and by a slower way where that refuses what JSON allows.

    A shop's own JSON that was read back may hold whole numbers beyond 64 bits (PostgreSQL writes
    1e30 out) or lie deeper than ``orjson`` goes. An event about it must be written all the same.

    Raises:
        TypeError, ValueError: it holds what is no JSON.
    """
    try:
        return orjson.dumps(value, option=option)
    except orjson.JSONEncodeError:
        return json.dumps(
            value,
            ensure_ascii=False,
            allow_nan=False,
            indent=2 if option & orjson.OPT_INDENT_2 else None,
            separators=None if option & orjson.OPT_INDENT_2 else (",", ":"),
            default=lambda one: orjson.loads(orjson.dumps(one, option=option)),
        ).encode()
