"""Webhook secrets at rest: AES-256-GCM, bound to the endpoint they belong to. Pure."""

import hashlib
import hmac
import os
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES: Final = 12


def sealing_key(field_key_hex: str) -> bytes:
    """The key of this use, derived from the installation's field key."""
    return hmac.new(
        bytes.fromhex(field_key_hex), b"tillway webhook secret", hashlib.sha256
    ).digest()


def seal(secret: str, *, key: bytes, endpoint_id: UUID) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, secret.encode(), endpoint_id.bytes)


def unseal(sealed: bytes, *, key: bytes, endpoint_id: UUID) -> str:
    """The secret; ``cryptography.exceptions.InvalidTag`` when it is another endpoint's or altered."""
    nonce, box = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    return AESGCM(key).decrypt(nonce, box, endpoint_id.bytes).decode()
