"""Messages that the gateway sends: verified, and read.

A message is signed as ``id.timestamp.body`` with HMAC-SHA256 under the bytes of a ``whsec_``
secret, one signature for each secret that is valid at the time. https://www.standardwebhooks.com/
"""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tillway.errors import Misconfigured, WebhookUnverified

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 (how every secret begins)
TOLERANCE_SECONDS: Final = 300
ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What happened.

    Attributes:
        id: the event's; the same message may come more than once.
        type: ``invoice.paid`` and so on.
        mode: ``test`` or ``live``.
        subject: what it happened to.
        sequence: counts 1, 2, 3 … per subject; ignore what is older than what you have.
        data: None where it was too large to be sent: ``client.events.get(message.id)`` has it.
    """

    id: str
    type: str
    timestamp: datetime
    mode: str
    subject: str
    sequence: int
    data: dict[str, Any] | None


def unwrap(
    body: bytes | str,
    headers: Mapping[str, str],
    *,
    secret: str | Sequence[str],
    tolerance_seconds: int = TOLERANCE_SECONDS,
    now: float | None = None,
) -> Message:
    """The message that a request carries, once it is certain that the gateway sent it just now.

    Args:
        body: as it came, byte for byte; JSON that was parsed and written again won't verify.
        headers: the request's, in whatever case.
        secret: the endpoint's ``whsec_…``; while it is changed, the old and the new one.
        tolerance_seconds: how far its time may lie from ours.
        now: Unix seconds; the clock's if unset.

    Raises:
        WebhookUnverified
        Misconfigured: a secret isn't one.
    """
    body = body.encode() if isinstance(body, str) else body
    found = {name.lower(): value for name, value in headers.items()}
    missing = [name for name in (ID, TIMESTAMP, SIGNATURE) if not found.get(name)]
    if missing:
        raise WebhookUnverified(
            f"The header {missing[0]} is missing.",
            code="header_missing",
            hint="Pass all of the request's headers.",
        )
    timestamp = _in_time(
        found[TIMESTAMP], now=time.time() if now is None else now, tolerance=tolerance_seconds
    )
    secrets = [secret] if isinstance(secret, str) else secret
    expected = [
        sign(secret=each, message_id=found[ID], timestamp=timestamp, body=body).encode()
        for each in secrets
    ]
    signatures = [each.encode() for each in found[SIGNATURE].split(" ")]
    # All are compared, whichever is right, so that the time taken tells nothing.
    matches = [hmac.compare_digest(ours, theirs) for ours in expected for theirs in signatures]
    if not any(matches):
        raise WebhookUnverified(
            "No signature is by this secret.",
            hint="Check that the secret is this endpoint's and the body is as it came.",
        )
    return _message(body)


def sign(*, secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature, ``v1,<base64>``, at Unix second ``timestamp``.

    Raises:
        Misconfigured: the secret isn't one.
    """
    signed = b"%s.%d.%s" % (message_id.encode(), timestamp, body)
    digest = hmac.new(_secret_bytes(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def wrap(*, secret: str, message_id: str, body: bytes, now: float | None = None) -> dict[str, str]:
    """The headers with which the gateway would send ``body``: for tests of your own receiver.

    Raises:
        Misconfigured: the secret isn't one.
    """
    timestamp = int(time.time() if now is None else now)
    return {
        "content-type": "application/json",
        ID: message_id,
        TIMESTAMP: str(timestamp),
        SIGNATURE: sign(secret=secret, message_id=message_id, timestamp=timestamp, body=body),
    }


def _in_time(text: str, *, now: float, tolerance: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise WebhookUnverified(
            "The header webhook-timestamp is not a time.", code="timestamp_invalid"
        )
    timestamp = int(text)
    hint = "Check this machine's clock."
    if timestamp < now - tolerance:
        raise WebhookUnverified("The message is too old.", code="too_old", hint=hint)
    if timestamp > now + tolerance:
        raise WebhookUnverified("The message is of the future.", code="too_new", hint=hint)
    return timestamp


def _secret_bytes(secret: str) -> bytes:
    try:
        if not secret.startswith(SECRET_PREFIX) or secret == SECRET_PREFIX:
            raise ValueError  # under an empty key anybody signs
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise Misconfigured(
            "A webhook's secret is whsec_ and base64.",
            hint="It stands in the answer that made the endpoint.",
        ) from None


def _message(body: bytes) -> Message:
    try:
        read = json.loads(body)
        return Message(
            id=read["id"],
            type=read["type"],
            timestamp=datetime.fromisoformat(read["timestamp"]),
            mode=read["mode"],
            subject=read["subject"],
            sequence=read["sequence"],
            data=read["data"],
        )
    except (ValueError, KeyError, TypeError) as wrong:
        raise WebhookUnverified(
            "The body is signed, but not a message of this kind.",
            code="body_unreadable",
            hint="Endpoints of style btcpay speak another protocol.",
        ) from wrong
