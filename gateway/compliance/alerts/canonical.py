"""JSON of which there is one spelling only, so that it can be hashed and compared. Pure.

Keys sorted by their code points, no blanks, UTF-8, no numbers but whole ones: no two programs, and
no database, write a fraction alike. What is no JSON of that kind is written as text first.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

MAX_EXACT: Final = 2**53 - 1
"""Larger whole numbers are not the same in every reader of JSON: amounts are written as text."""


class NotCanonical(ValueError):
    """A value that has no canonical spelling: a programmer's error."""


def plain(value: Any) -> Any:
    """The same in strings, whole numbers, booleans, None, lists and dicts.

    A fraction becomes its shortest decimal text, a large number its digits, bytes ``0x…``, a
    moment or a day ISO 8601.

    Raises:
        NotCanonical: an object of another kind, or two keys that are spelled alike.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if -MAX_EXACT <= value <= MAX_EXACT else str(value)
    if isinstance(value, float | Decimal):
        return str(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return "0x" + bytes(value).hex()
    if isinstance(value, Mapping):
        keys = [str(key) for key in value]
        if len(set(keys)) != len(keys):
            raise NotCanonical(f"two keys are spelled alike among {sorted(keys)}")
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [plain(inner) for inner in value]
    raise NotCanonical(f"a {type(value).__name__} has no spelling")


def canonical(value: Any) -> str:
    """The one spelling of a value that ``plain`` can write. Raises NotCanonical."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Any) -> str:
    """SHA-256 of the canonical spelling, in hex. Raises NotCanonical."""
    return sha256(canonical(value).encode()).hexdigest()
