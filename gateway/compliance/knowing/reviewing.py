"""Files that are due to be looked at again, and shops that are gone."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.compliance.knowing import locks
from gateway.compliance.knowing.configuration import knowing_settings
from gateway.compliance.knowing.models import BusinessFile, Subject
from gateway.compliance.knowing.standing import file_refresh
from gateway.events.moments import years_after
from gateway.events.subscriptions import EventRecord
from gateway.shops.selectors import shop_view

AT_ONCE = 200


def reviews_tell(*, now: datetime) -> int:
    """Have shops told whose periodic review is due, each in a transaction of its own; how many."""
    due = BusinessFile.objects.filter(status="approved", review_on__lte=now.date())
    told = 0
    for shop_id in list(
        due.exclude(due__contains=["periodic_review:expired"]).values_list("shop_id", flat=True)[
            :AT_ONCE
        ]
    ):
        _tell(shop_id, now=now)
        told += 1
    return told


@transaction.atomic
def _tell(shop_id: UUID, *, now: datetime) -> None:
    file_refresh(locks.file_for_update(shop_id), now=now)


def on_shop_changed(event: EventRecord) -> None:
    """``shop.changed``: of a closed shop nobody needs to be known any longer than the law says."""
    if event.body.get("changed") != "status" or event.shop_id is None:
        return
    closed = shop_view(shop_id=event.shop_id).status == "closed"
    if closed:
        Subject.objects.filter(shop_id=event.shop_id, retain_until__isnull=True).update(
            retain_until=years_after(event.occurred_at, knowing_settings().retention_years)
        )
