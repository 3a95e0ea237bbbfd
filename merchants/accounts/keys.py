"""API keys as text: how one is made, recognised and hashed. Pure.

``tw_test_`` or ``tw_live_`` and 43 characters that carry 256 random bits. Against that much
randomness a slow password hash would add nothing but time per request; a keyed hash keeps a
stolen table useless without the server's own key.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

SECRET_BYTES: Final = 32
PREFIX_LENGTH: Final = 14
_SHAPE: Final = re.compile(r"tw_(test|live)_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made; ``secret`` is shown once."""

    secret: str
    prefix: str
    secret_hash: bytes


def key_make(*, mode: str, pepper: bytes) -> NewKey:
    secret = f"tw_{mode}_{secrets.token_urlsafe(SECRET_BYTES)}"
    return NewKey(secret, secret[:PREFIX_LENGTH], key_hash(secret, pepper=pepper))


def key_hash(secret: str, *, pepper: bytes) -> bytes:
    """32 bytes under which a key is stored and found again."""
    return hmac.new(pepper, secret.encode(), hashlib.sha256).digest()


def has_key_shape(secret: str) -> bool:
    """Whether it is worth asking the database about ``secret``."""
    return _SHAPE.fullmatch(secret) is not None


def pepper_from(field_key_hex: str) -> bytes:
    """The hashing key, derived so that it is no other use of the field key."""
    return hmac.new(bytes.fromhex(field_key_hex), b"tillway api key", hashlib.sha256).digest()
