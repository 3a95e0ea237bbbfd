"""The bytes that are sent: made once, equal in every attempt. Pure."""

from datetime import UTC, datetime
from typing import Any, Final

from gateway.events.json_bytes import json_bytes

BODY_LIMIT_BYTES: Final = 20_000


def payload_make(
    *, event_id: str, type: str, subject: str, sequence: int, mode: str, at: datetime, data: Any
) -> bytes:
    """A Standard Webhooks body. ``sequence`` counts 1, 2, 3 … per ``subject``.

    Data too large for a webhook is left out and said to be: the receiver fetches the event by
    its id.
    """
    message = {
        "id": event_id,
        "type": type,
        "timestamp": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "mode": mode,
        "subject": subject,
        "sequence": sequence,
        "data": data,
    }
    body = json_bytes(message)
    if len(body) < BODY_LIMIT_BYTES:
        return body
    return json_bytes({**message, "data": None, "truncated": True})
