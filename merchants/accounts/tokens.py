"""The secrets of links that are sent by mail. Pure.

A link's secret is made from its row and the server's own key: the letter can be written from the
row as often as sending it takes, and nothing that is stored opens anything.
"""

import base64
import hashlib
import hmac
import re
from typing import Final
from uuid import UUID

_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def link_key(field_key_hex: str) -> bytes:
    """The key that links' secrets are made with, derived so that it is no other use of the field
    key (HMAC-SHA256, RFC 2104)."""
    return hmac.digest(bytes.fromhex(field_key_hex), b"tillway mailed link", "sha256")


def link_token(*, kind: str, row: UUID, serial: int, key: bytes) -> str:
    """The secret of a row's link: 256 bits, as 43 characters of base64url.

    Args:
        serial: counted up where a new link takes the old one's place.
    """
    digest = hmac.digest(key, f"{kind}:{row}:{serial}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def token_hash(token: str) -> bytes | None:
    """32 bytes that a link is found by; None for what can't be a secret of ours."""
    return hashlib.sha256(token.encode()).digest() if _SHAPE.fullmatch(token) else None
