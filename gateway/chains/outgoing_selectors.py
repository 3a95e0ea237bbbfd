"""Questions about what the house sends."""

from datetime import datetime

from django.db.models import Q

from gateway.chains.outgoing_models import OutgoingTransaction

LISTED_AT_ONCE = 200


def transactions_stuck(
    *, before: datetime, chain_id: int | None = None
) -> list[OutgoingTransaction]:
    """What was asked for before a time and is in no block yet, or in doubt, oldest first. One
    query."""
    rows = OutgoingTransaction.objects.filter(
        Q(status__in=("queued", "signed", "sent")) | Q(status="mined", doubted_since__isnull=False),
        created_at__lt=before,
    )
    if chain_id is not None:
        rows = rows.filter(chain_id=chain_id)
    return list(rows.order_by("id")[:LISTED_AT_ONCE])


def waits_for(outgoing: OutgoingTransaction) -> str:
    """For people: what holds a transaction back, as far as it is known. No query."""
    if outgoing.doubted_since is not None:
        return f"in doubt: {outgoing.last_error}"
    if outgoing.cancel_requested_at is not None:
        return "is being cancelled"
    if outgoing.awaiting_gas_since is not None:
        return "waits for gas"
    return outgoing.last_error
