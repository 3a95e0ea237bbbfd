"""Nonces for proofs, which lie nowhere until one is used: anybody may ask for as many. Pure.

Sixteen random bytes, the second they were made in, and our mark on both. That one is used once is
for the database to say, which keeps those that were.
"""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Final

from gateway.compliance.issuing.life import NONCE_FOR
from gateway.compliance.presenting.encoding import decoded, encoded
from gateway.compliance.presenting.errors import CredentialRefused

RANDOM_BYTES: Final = 16
_MOMENT_BYTES: Final = 8
_MARK_BYTES: Final = 16


def nonce_made(random: bytes, *, key: bytes, now: datetime) -> str:
    told = random + int(now.timestamp()).to_bytes(_MOMENT_BYTES, "big")
    return encoded(told + _mark(told, key))


def nonce_counts(nonce: str, *, key: bytes, now: datetime) -> bool:
    """Whether it is one of ours, and not too old."""
    try:
        raw = decoded(nonce)
    except CredentialRefused:
        return False
    told, mark = raw[:-_MARK_BYTES], raw[-_MARK_BYTES:]
    if len(told) != RANDOM_BYTES + _MOMENT_BYTES or not hmac.compare_digest(mark, _mark(told, key)):
        return False
    made_at = datetime.fromtimestamp(int.from_bytes(told[RANDOM_BYTES:], "big"), UTC)
    return now < made_at + NONCE_FOR


def _mark(told: bytes, key: bytes) -> bytes:
    return hmac.new(key, told, hashlib.sha256).digest()[:_MARK_BYTES]
