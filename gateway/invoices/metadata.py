"""A shop's own JSON beside an invoice: what of it can be kept, and told as it was given. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from gateway.invoices.errors import BadNumber, BadText

MAX_BYTES: Final = 8_192
MAX_DEPTH: Final = 32
MAX_NUMBER: Final = 2**53 - 1
"""Beyond it a program that reads JSON's numbers as doubles, or a database that writes 1e30 out as a
whole number, gives back something else than it was given."""


def check_metadata(metadata: Mapping[str, Any]) -> None:
    """Refuse what can't be kept beside an invoice and told as it is.

    Raises:
        BadText: it is no JSON object, too large or too deep.
        BadNumber: a number in it is not finite, or beyond ``MAX_NUMBER``.
    """
    level: list[Any] = [metadata]
    depth = 0
    while level:
        if depth > MAX_DEPTH:
            raise BadText(f"metadata must be at most {MAX_DEPTH} levels deep.", field="metadata")
        if not all(_is_exact(one) for one in level):
            raise BadNumber(field="metadata")
        level = [inner for one in level for inner in _held_by(one)]
        depth += 1
    try:
        encoded = orjson.dumps(dict(metadata))
    except (TypeError, ValueError) as error:
        raise BadText("metadata must be a JSON object.", field="metadata") from error
    # jsonb can't hold U+0000, however it is written.
    if len(encoded) > MAX_BYTES or b"\\u0000" in encoded:
        raise BadText(f"metadata must be JSON of at most {MAX_BYTES} bytes.", field="metadata")


def _is_exact(value: Any) -> bool:
    return not isinstance(value, (int, float)) or -MAX_NUMBER <= value <= MAX_NUMBER


def _held_by(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, (list, tuple)) else ()
