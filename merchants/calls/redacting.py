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
"""Fields whose values name nobody. The number of another field may be somebody's."""
_OWN: Final = frozenset({"metadata", "customer"})
"""Fields that are the shop's own, or a person's: nothing in them is told, not even their names,
which a shop may make of an address."""


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
    text = orjson.dumps(_object(told, depth=0), option=orjson.OPT_INDENT_2)
    return text[:MOST_BYTES].decode("utf-8", "ignore")


def _object(told: dict[str, Any], *, depth: int) -> dict[str, Any]:
    return {
        name[:64]: _owned(told[name])
        if name in _OWN
        else _value(told[name], depth=depth, tells=name in TELLING)
        for name in list(told)[:MOST_ITEMS]
    }


def _owned(value: Any) -> str | None:
    if isinstance(value, dict):
        return f"({len(value)} fields)"
    return None if value is None else "(…)"


def _value(value: Any, *, depth: int, tells: bool) -> Any:
    if isinstance(value, dict):
        return _object(value, depth=depth + 1) if depth < MOST_DEPTH else "…"
    if isinstance(value, list):
        if depth >= MOST_DEPTH:
            return "…"
        return [_value(one, depth=depth + 1, tells=tells) for one in value[:MOST_ITEMS]]
    if isinstance(value, str):
        return value[:64] if tells else f"({len(value)} characters)"
    return value if tells or value is None or isinstance(value, bool) else "(number)"
