"""Secrets at rest that we must be able to read again: AES-256-GCM. Pure.

A sealed box is bound to what it belongs to, so that one row's can't be pasted into another's.
"""

import hashlib
import hmac
import os
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES: Final = 12


def sealing_key(field_key_hex: str, *, purpose: str) -> bytes:
    """A key for one purpose, derived from the installation's field key."""
    return hmac.new(bytes.fromhex(field_key_hex), purpose.encode(), hashlib.sha256).digest()


def seal(plain: bytes, *, key: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def unseal(sealed: bytes, *, key: bytes, bound_to: bytes) -> bytes:
    """What was sealed; ``cryptography.exceptions.InvalidTag`` when it is another's or altered."""
    nonce, box = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    return AESGCM(key).decrypt(nonce, box, bound_to)
