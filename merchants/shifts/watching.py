"""Say of a shift that somebody forgot to close."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from gateway.events.services import emit
from gateway.shops.selectors import shop_views
from merchants.shifts.models import Shift


@transaction.atomic
def shifts_left_open_tell(*, now: datetime, limit: int = 100) -> int:
    """Tell once of each shift that has been open longer than ``SHIFT_OPEN_HOURS``; of how many."""
    since = now - timedelta(hours=settings.SHIFT_OPEN_HOURS)
    left = Shift.objects.select_for_update(skip_locked=True, of=("self",)).select_related("till")
    found = list(
        left.filter(closed_at=None, told_at=None, opened_at__lte=since).order_by("id")[:limit]
    )
    shops = shop_views(shop_ids={shift.shop_id for shift in found})
    for shift in found:
        shift.told_at = now
        shift.save(update_fields=["told_at"])
        emit(
            type="shift.left_open",
            subject=f"shift:{shift.id}",
            body={
                "shift_id": str(shift.id),
                "till_id": str(shift.till_id),
                "till": shift.till.name,
                "opened_at": shift.opened_at.isoformat(),
            },
            mode=shops[shift.shop_id].mode,
            shop_id=shift.shop_id,
            now=now,
        )
    return len(found)
