"""How long the other side asks us to wait. Pure."""

import email.utils
from datetime import UTC, datetime


def retry_after_seconds(value: str, *, now: datetime) -> float:
    """The seconds that a Retry-After header asks for (RFC 9110 §10.2.3); 0 when it makes no
    sense."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        at = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())
