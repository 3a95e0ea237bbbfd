"""Commitments: what binds to a value without telling it. Pure."""

import hmac
from hashlib import sha256
from typing import Any, Final

from gateway.compliance.alerts.canonical import canonical

SALT_BYTES: Final = 32


def commitment(value: Any, *, salt: bytes) -> str:
    """HMAC-SHA-256 of the value's canonical JSON under a salt of its own, in hex.

    Without the salt not even a guess of the value can be tested.
    """
    return hmac.new(salt, canonical(value).encode(), sha256).hexdigest()
