"""Pairing codes and device tokens as text: how they are made, recognised and hashed. Pure.

A code is eight letters of 24, without I and O, which are read as 1 and 0: 36.7 random bits that
live for ten minutes, behind a brake. A token carries 256. Both are stored under a keyed hash, so
that a stolen table opens nothing without the server's own key.
"""

import hashlib
import hmac
import re
import secrets
from typing import Final

ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LETTERS: Final = 8
TOKEN_BYTES: Final = 32
_CODE: Final = re.compile(f"[{ALPHABET}]{{{CODE_LETTERS}}}")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_PEPPER: Final = b"tillway till"


def code_make() -> str:
    """A new pairing code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS))


def code_shown(code: str) -> str:
    """A code as people read it: two groups of four."""
    return f"{code[:4]} {code[4:]}"


def code_typed(text: str) -> str | None:
    """The code that somebody typed, whatever its case, spaces and hyphens; None if it is none."""
    code = re.sub(r"[\s-]+", "", text[:64]).upper()
    return code if _CODE.fullmatch(code) else None


def token_make() -> str:
    """A new device's secret, as its cookie carries it."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def has_token_shape(token: str) -> bool:
    """Whether it is worth asking the database about ``token``."""
    return _TOKEN.fullmatch(token) is not None


def pepper_from(field_key_hex: str) -> bytes:
    """The hashing key of tills, derived so that it is no other use of the field key."""
    return hmac.new(bytes.fromhex(field_key_hex), _PEPPER, hashlib.sha256).digest()


def secret_hash(secret: str, *, purpose: str, pepper: bytes) -> bytes:
    """32 bytes under which a code, a token or a PIN is stored and found again.

    Args:
        purpose: what it is; a hash of one kind is never one of another.
    """
    return hmac.new(pepper, f"{purpose}:{secret}".encode(), hashlib.sha256).digest()
