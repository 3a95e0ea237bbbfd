"""What we must be able to read again, at rest: AES-256-GCM (NIST SP 800-38D). Pure.

A sealed box is bound to what it belongs to, so that one row's can't be pasted into another's.
"""

import hashlib
import hmac
import os
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32


def sealing_key(field_key_hex: str, *, purpose: str) -> bytes:
    """A key for one purpose, derived from the installation's field key (HMAC-SHA256, RFC 2104)."""
    return hmac.new(bytes.fromhex(field_key_hex), purpose.encode(), hashlib.sha256).digest()


def seal(plain: bytes, *, key: bytes, bound_to: bytes) -> bytes:
    """A random nonce, and behind it the sealing of ``plain`` with its tag."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def unseal(sealed: bytes, *, key: bytes, bound_to: bytes) -> bytes:
    """What was sealed; ``cryptography.exceptions.InvalidTag`` when it is another's or altered."""
    nonce, box = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    return AESGCM(key).decrypt(nonce, box, bound_to)


def bound(*parts: bytes | str | int) -> bytes:
    """Associated data of several parts, so written that no two lists of parts read the same: each
    behind its length in four bytes."""
    written = [
        part if isinstance(part, bytes) else str(part).encode("utf-8", "strict") for part in parts
    ]
    return b"".join(len(part).to_bytes(4, "big") + part for part in written)
