"""Number what happens in a shop's stream: the order in which it is learnt, for good."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from gateway.compliance.behaviour.features import PACE_WINDOW, Happened, Kind, features_of
from gateway.compliance.behaviour.models import Stream, StreamItem
from gateway.shops.selectors import shop_view


@transaction.atomic
def stream_add(
    *, event_id: UUID, shop_id: UUID, mode: str, kind: Kind, units: int, at: datetime
) -> StreamItem:
    """Give an event its place in its shop's stream and its features. Again is the same place.

    Who adds to one shop's stream waits for one another, so that numbers commit in their order.

    Args:
        units: base units of the asset that the shop is settled in.
    """
    Stream.objects.bulk_create([Stream(shop_id=shop_id, mode=mode)], ignore_conflicts=True)
    stream = Stream.objects.select_for_update().get(shop_id=shop_id)
    known = StreamItem.objects.filter(event_id=event_id).first()
    if known is not None:
        return known
    one = Happened(kind=kind, units=units, at=at)
    alike = StreamItem.objects.filter(shop_id=shop_id, kind=kind, at__lte=at)
    last = alike.order_by("-at").values_list("at", flat=True).first()
    pace = alike.filter(at__gt=at - PACE_WINDOW).count()
    zone = ZoneInfo(shop_view(shop_id=shop_id).time_zone)
    features = features_of(one, last=last, pace=pace, zone=zone)
    stream.last_number += 1
    stream.save(update_fields=["last_number"])
    return StreamItem.objects.create(
        shop_id=shop_id,
        number=stream.last_number,
        event_id=event_id,
        kind=kind,
        units=units,
        at=at,
        features=features,
    )
