"""Messages as the gateway's own signer makes them."""

from datetime import UTC, datetime
from typing import Any

from merchants.webhooks.payloads import payload_make
from merchants.webhooks.signing import headers, secret_make

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NOW = int(AT.timestamp())
SECRET = secret_make()


def payload(data: Any = None) -> bytes:
    return payload_make(
        event_id="0193",
        type="invoice.paid",
        subject="invoice:1",
        sequence=3,
        mode="test",
        at=AT,
        data={"amount": "12.50", "note": "café"} if data is None else data,
    )


def sent(body: bytes, *secrets: str, at: int = NOW) -> dict[str, str]:
    return headers(secrets_valid=secrets or (SECRET,), message_id="0193", timestamp=at, body=body)
