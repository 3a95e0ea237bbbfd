"""A person's word on the desk's ranges."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.events.services import emit
from gateway.market.persons import check_person
from gateway.market.ranges import locks
from gateway.market.ranges.errors import RangeNotOpen
from gateway.market.ranges.models import RangePosition
from gateway.market.ranges.working import range_close

ASKED_FOR = "asked_for"


@transaction.atomic
def range_close_by_hand(*, range_id: UUID, by: str, because: str, now: datetime) -> RangePosition:
    """Take an open range back; safe to ask again.

    Raises:
        RangeUnknown: there is no such range.
        RangeNotOpen: it is not open (any more).
        ReasonMissing: nobody, or for no reason.
    """
    check_person(because, by)
    position = locks.range_for_update(range_id)
    if position.status == "closing" and position.reason == ASKED_FOR:
        return position
    if position.status != "open":
        raise RangeNotOpen
    range_close(position, ASKED_FOR, now=now)
    emit(
        type="range.asked_back",
        subject=f"range:{position.id}",
        body={"range_id": str(position.id), "by": by, "because": because},
        mode=position.mode,
        now=now,
    )
    return position
