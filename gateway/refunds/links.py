"""The secret in a claim link: only its hash is kept."""

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from django.conf import settings

TOKEN_BYTES: Final = 24
"""192 bits: nobody guesses one, and its link still fits a QR code that any camera reads."""
TOKEN_CHARACTERS: Final = 32
LINK_LASTS: Final = timedelta(days=90)


def token_new() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """What is kept of it. Random as it is, it needs no salt."""
    return hashlib.sha256(token.encode()).digest()


def link_of(token: str) -> str:
    return f"{settings.PUBLIC_URL}/c/{token}"
