"""The row locks of the room."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from gateway.market.execution.errors import BatchUnknown
from gateway.market.execution.models import FillBatch, FillRequest


def batch_for_update(batch_id: UUID) -> FillBatch:
    """Raises BatchUnknown. One query."""
    batch = FillBatch.objects.select_for_update().filter(id=batch_id).first()
    if batch is None:
        raise BatchUnknown
    return batch


def pending_for_update(
    *, chain_id: int, asset: str, settlement_asset: str, now: datetime, limit: int
) -> list[FillRequest]:
    """Requests that may be batched now and that nobody else is batching, oldest first."""
    return list(
        FillRequest.objects.select_for_update(skip_locked=True)
        .filter(
            status="pending",
            chain_id=chain_id,
            asset=asset,
            settlement_asset=settlement_asset,
            not_before__lte=now,
        )
        .order_by("id")[:limit]
    )


def dust_for_update(
    *, asset: str, settlement_asset: str, deposit_ids: Collection[UUID]
) -> list[FillRequest]:
    """Requests of these deposits that lie as dust and that nobody else looks at, oldest first."""
    return list(
        FillRequest.objects.select_for_update(skip_locked=True)
        .filter(
            status="dust",
            asset=asset,
            settlement_asset=settlement_asset,
            deposit_id__in=deposit_ids,
        )
        .order_by("id")
    )
