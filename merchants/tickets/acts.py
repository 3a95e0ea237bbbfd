"""A tap at the till, done once however often it arrives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from merchants.tickets.errors import ActKeyInvalid, ActKeyReused
from merchants.tickets.models import TicketAct

MAX_KEY: Final = 100


@dataclass(frozen=True, slots=True)
class Tap:
    """Who does something, when, and under which key: the till makes a key for each tap and keeps
    it until it has an answer, over an offline stretch too."""

    by: str
    key: str
    now: datetime


def is_new(shop_id: UUID, ticket_id: UUID, tap: Tap, kind: str, said: Mapping[str, Any]) -> bool:
    """Whether this tap is to be done: it is written down with it, in the caller's transaction. One
    that runs beside it under the same key is waited for. A refusal undoes it all, so that the tap
    may be tried again.

    Args:
        said: what was asked for: JSON.

    Raises:
        ActKeyInvalid
        ActKeyReused: the key is another tap's.
    """
    if not 1 <= len(tap.key) <= MAX_KEY or not tap.key.isprintable():
        raise ActKeyInvalid
    row, is_first = TicketAct.objects.get_or_create(
        shop_id=shop_id,
        key=tap.key,
        defaults={
            "ticket_id": ticket_id,
            "kind": kind,
            "said": dict(said),
            "by": tap.by,
            "at": tap.now,
        },
    )
    if (row.ticket_id, row.kind, row.said) != (ticket_id, kind, dict(said)):
        raise ActKeyReused
    return is_first
