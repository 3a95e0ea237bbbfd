"""API keys as text: how one is made, recognised and hashed. Pure.

``tw_test_`` or ``tw_live_`` and 43 characters that carry 256 random bits; a plain one, for shop
plugins whose fields take letters and digits only, has no underscores. Against that much
randomness a slow password hash would add nothing but time per request; a keyed hash keeps a
stolen table useless without the server's own key.
"""

import hashlib
import hmac
import re
import secrets
import string
from dataclasses import dataclass
from typing import Final

SECRET_BYTES: Final = 32
PREFIX_LENGTH: Final = 14
PLAIN_LETTERS: Final = string.ascii_letters + string.digits
PLAIN_LENGTH: Final = 43
"""Of 62 letters each: 256 bits."""
_SHAPE: Final = re.compile(r"tw_(test|live)_[A-Za-z0-9_-]{43}|tw(test|live)[A-Za-z0-9]{43}")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made; ``secret`` is shown once."""

    secret: str
    prefix: str
    secret_hash: bytes


def key_make(*, mode: str, pepper: bytes, plain: bool = False) -> NewKey:
    """A new key; a ``plain`` one is of letters and digits only."""
    if plain:
        secret = f"tw{mode}" + "".join(secrets.choice(PLAIN_LETTERS) for _ in range(PLAIN_LENGTH))
    else:
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
