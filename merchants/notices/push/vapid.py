"""Who we are to a push service, and that a request is ours: RFC 8292. Pure."""

import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from gateway.events.errors import TillwayError

LIFETIME: Final = timedelta(hours=12)
"""Of a token; RFC 8292 §2 allows 24 hours, and clocks differ."""


class PushKeyUnreadable(TillwayError):
    code = "push_key_unreadable"
    message = "PUSH_KEY is no private key of P-256: 32 bytes as hex."
    hint = "Make one: manage.py push_key."


@dataclass(frozen=True, slots=True)
class ServerKey:
    """The house's key: browsers take messages from whoever has it, and from nobody else."""

    private: EllipticCurvePrivateKey

    @property
    def public(self) -> str:
        """The ``applicationServerKey`` of the Push API, base64url without padding."""
        point = self.private.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        return urlsafe_b64encode(point).rstrip(b"=").decode()


def server_key(private_hex: str) -> ServerKey:
    """Raises:
    PushKeyUnreadable
    """
    if not re.fullmatch(r"[0-9a-fA-F]{64}", private_hex):
        raise PushKeyUnreadable
    try:
        return ServerKey(derive_private_key(int(private_hex, 16), SECP256R1()))
    except ValueError as error:
        raise PushKeyUnreadable from error


def new_private_hex() -> str:
    """A new key, as ``PUSH_KEY`` holds it."""
    return f"{generate_private_key(SECP256R1()).private_numbers().private_value:064x}"


def authorization(key: ServerKey, *, endpoint: str, contact: str, now: datetime) -> str:
    """The ``Authorization`` header of a request to ``endpoint``.

    Args:
        contact: where the push service's people write to, an email address.
    """
    parts = urlsplit(endpoint)
    vapid = Vapid02(key.private, conf={"no-strict": True})
    header: dict[str, str] = vapid.sign(
        {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((now + LIFETIME).timestamp()),
            "sub": f"mailto:{contact}",
        }
    )
    return header["Authorization"]
