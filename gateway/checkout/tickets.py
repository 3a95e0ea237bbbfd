"""Short-lived, signed leave to follow a shop's sales, given to a page that its member opened."""

from typing import Final
from uuid import UUID

from django.core import signing

SALT: Final = "gateway.checkout.live.shop"
TICKET_SECONDS: Final = 600
"""A stream ends with its ticket; a page whose member left the shop gets no new one."""


def shop_ticket(shop_id: UUID) -> str:
    """Leave to follow this shop for ``TICKET_SECONDS``."""
    return signing.dumps(str(shop_id), salt=SALT)


def ticket_opens(ticket: str, *, shop_id: UUID) -> bool:
    """Whether the ticket is ours, fresh and for this shop."""
    try:
        return bool(signing.loads(ticket, salt=SALT, max_age=TICKET_SECONDS) == str(shop_id))
    except signing.BadSignature:
        return False
