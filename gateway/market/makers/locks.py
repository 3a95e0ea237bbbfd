"""The row locks of the room: requests, then quotes, then standings."""

from datetime import datetime
from uuid import UUID

from gateway.market.makers.models import FirmQuote, MakerStanding, QuoteRequest


def request_for_update(request_id: UUID) -> QuoteRequest:
    """One query."""
    return QuoteRequest.objects.select_for_update().get(id=request_id)


def quote_for_update(quote_id: UUID) -> FirmQuote | None:
    """One query."""
    return FirmQuote.objects.select_for_update().filter(id=quote_id).first()


def quote_of_transaction(transaction_id: UUID) -> FirmQuote | None:
    """The quote that a transaction has done, with its request. One query."""
    return (
        FirmQuote.objects.select_for_update(of=("self",))
        .select_related("request")
        .filter(transaction_id=transaction_id)
        .first()
    )


def standing_for_update(maker: str, *, now: datetime) -> MakerStanding:
    """A maker's standing, made on its first day. Two queries."""
    MakerStanding.objects.bulk_create(
        [MakerStanding(maker=maker, updated_at=now)], ignore_conflicts=True
    )
    return MakerStanding.objects.select_for_update().get(maker=maker)
