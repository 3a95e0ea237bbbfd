"""Base64url and JSON as strictly as signatures need them: of each text there is one reading. Pure.

Python's readers skip foreign characters, take the last of two keys and know NaN; two programs that
read one credential differently is how a forged one passes.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Final

from gateway.compliance.presenting.errors import CredentialRefused

_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*")
MAX_DEPTH: Final = 16


def encoded(data: bytes) -> str:
    """Base64url without padding (RFC 7515, section 2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes:
    """Raises CredentialRefused for anything but the one spelling."""
    if not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        raise CredentialRefused("unreadable", "no base64url")
    found = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encoded(found) != text:
        raise CredentialRefused("unreadable", "base64url with stray bits")
    return found


def json_of(text: str) -> Any:
    """The JSON value in a base64url text. Raises CredentialRefused."""
    try:
        found = json.loads(
            decoded(text).decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise CredentialRefused("unreadable", "no JSON") from error
    if _depth(found) > MAX_DEPTH:
        raise CredentialRefused("unreadable", "JSON too deep")
    return found


def object_of(text: str) -> dict[str, Any]:
    """The JSON object in a base64url text. Raises CredentialRefused."""
    found = json_of(text)
    if not isinstance(found, dict):
        raise CredentialRefused("unreadable", "no JSON object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _depth(value: Any) -> int:
    level, layer = 0, [value]
    while layer and level <= MAX_DEPTH:
        inner = [one.values() if isinstance(one, dict) else one for one in layer]
        layer = [
            part
            for one in inner
            if not isinstance(one, str | int | float | None)
            for part in one
            if isinstance(part, dict | list)
        ]
        level += 1
    return level
