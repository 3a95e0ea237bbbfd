"""What a person decides about a card payment of which nothing is booked."""

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from gateway.cards import locks
from gateway.cards.charging import tender_end
from gateway.cards.errors import CardNotUnclear
from gateway.cards.models import CardTender

log = structlog.get_logger(__name__)


def unclear_tenders() -> list[CardTender]:
    """Charged though we never asked for it, or not what we asked for. One query."""
    return list(CardTender.objects.filter(status="unclear").order_by("created_at"))


@transaction.atomic
def tender_given_back(*, tender_id: UUID, by: str, because: str, now: datetime) -> CardTender:
    """A person gave an unclear charge back on the ramp's own pages: nothing is owed for it.

    Raises:
        CardTenderUnknown
        CardNotUnclear: nobody has to decide about it.
    """
    row = locks.tender_for_update(tender_id)
    if row.status != "unclear":
        raise CardNotUnclear
    row.last_error = f"given back by {by}: {because}"[:300]
    tender_end(row, "let_go", now=now)
    log.warning("card_given_back", tender=str(row.id), by=by, because=because[:300])
    return row
