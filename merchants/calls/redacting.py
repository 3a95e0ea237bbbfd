"""What of a refused request may stand in a log. Pure.

The shape of what was sent and the values that say what was asked for: names, references, addresses
and whatever else a shop may have put there are only told by their length.
"""

from typing import Any, Final

import orjson

MOST_BYTES: Final = 2_000
MOST_DEPTH: Final = 4
MOST_ITEMS: Final = 40
TELLING: Final = frozenset(
    {
        *("amount", "currency", "asset", "into", "status", "rate", "kind", "mode", "schedule"),
        *("lock_seconds", "bps", "minimum", "threshold", "closes_at", "cheapest", "events"),
    }
)
"""Fields whose values name nobody. A number or a switch may stand anywhere but in metadata."""
_OWN: Final = frozenset({"metadata", "customer"})
"""Fields that are the shop's own, or a person's: nothing in them is told."""


def redacted(body: bytes) -> str:
    """The body of a request as the log keeps it; empty for none, or for what is no JSON object."""
    if not body:
        return ""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return f"({len(body)} bytes, no JSON)"
    if not isinstance(told, dict):
        return f"({len(body)} bytes, no JSON object)"
    text = orjson.dumps(_object(told, depth=0, own=False), option=orjson.OPT_INDENT_2)
    return text[:MOST_BYTES].decode("utf-8", "ignore")


def _object(told: dict[str, Any], *, depth: int, own: bool) -> dict[str, Any]:
    names = list(told)[:MOST_ITEMS]
    return {
        name[:64]: _value(told[name], depth=depth, own=own or name in _OWN, tells=name in TELLING)
        for name in names
    }


def _value(value: Any, *, depth: int, own: bool, tells: bool) -> Any:
    if isinstance(value, dict):
        return _object(value, depth=depth + 1, own=own) if depth < MOST_DEPTH else "…"
    if isinstance(value, list):
        if depth >= MOST_DEPTH:
            return "…"
        return [_value(one, depth=depth + 1, own=own, tells=tells) for one in value[:MOST_ITEMS]]
    if isinstance(value, str):
        return value[:64] if tells and not own else f"({len(value)} characters)"
    return "(…)" if own and value is not None else value
