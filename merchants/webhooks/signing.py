"""Standard Webhooks: secrets and signatures. Pure.

A message is signed as ``id.timestamp.body`` with HMAC-SHA256 under the bytes of a ``whsec_``
secret; the header lists one signature per secret that is valid now, so that secrets rotate
without a lost message. https://github.com/standard-webhooks/standard-webhooks
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 (how every secret begins)
SECRET_BYTES: Final = 32


def secret_make() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def secret_bytes(secret: str) -> bytes:
    """The signing key inside a ``whsec_`` secret.

    Raises:
        ValueError: it is not one.
    """
    if not secret.startswith(SECRET_PREFIX):
        raise ValueError("a webhook secret begins with whsec_")
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("a webhook secret is base64 after whsec_") from None


def sign(*, secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature, ``v1,<base64>``, of an attempt at Unix second ``timestamp``."""
    signed = b"%s.%d.%s" % (message_id.encode(), timestamp, body)
    digest = hmac.new(secret_bytes(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def headers(
    *, secrets_valid: Sequence[str], message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """The headers of one attempt; the id stays over retries, the timestamp doesn't."""
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            sign(secret=secret, message_id=message_id, timestamp=timestamp, body=body)
            for secret in secrets_valid
        ),
    }
