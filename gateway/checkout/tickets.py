"""Short-lived, signed leave to follow a shop's sales, or the desk, given to a page that somebody
who may see them opened; or to be told that there is news of a shop, given to its programs."""

from collections.abc import Mapping
from typing import Final, Literal
from uuid import UUID

from django.core import signing

from gateway.checkout.holders import NOBODY

Followed = Literal["shop", "news"]
SALTS: Final[Mapping[Followed, str]] = {
    "shop": "gateway.checkout.live.shop",
    "news": "gateway.checkout.live.news",
}
DESK_SALT: Final = "gateway.checkout.live.desk"
TICKET_SECONDS: Final = 600
"""A stream ends with its ticket; a page whose member left the shop gets no new one."""


def shop_ticket(shop_id: UUID, *, holder: str = NOBODY, to: Followed = "shop") -> str:
    """Leave to follow this shop's sales, or to hear of its news, for ``TICKET_SECONDS``.

    Args:
        holder: who loses it before that (``holders``); nobody but the time if unset.
    """
    return signing.dumps(f"{shop_id} {holder}".rstrip(), salt=SALTS[to])


def ticket_opens(ticket: str, *, shop_id: UUID, to: Followed = "shop") -> bool:
    """Whether the ticket is ours, fresh and for this of this shop."""
    return ticket_holder(ticket, shop_id=shop_id, to=to) is not None


def ticket_holder(ticket: str, *, shop_id: UUID, to: Followed = "shop") -> str | None:
    """Who holds a ticket, ``NOBODY`` where none is named; None unless it is ours, fresh and for
    this of this shop."""
    try:
        told = str(signing.loads(ticket, salt=SALTS[to], max_age=TICKET_SECONDS))
    except signing.BadSignature:
        return None
    shop, _, holder = told.partition(" ")
    return holder if shop == str(shop_id) else None


def desk_ticket() -> str:
    """Leave to follow the desk for ``TICKET_SECONDS``."""
    return signing.dumps("desk", salt=DESK_SALT)


def ticket_opens_desk(ticket: str) -> bool:
    """Whether the ticket is ours, fresh and for the desk."""
    try:
        return bool(signing.loads(ticket, salt=DESK_SALT, max_age=TICKET_SECONDS) == "desk")
    except signing.BadSignature:
        return False
