"""A till's sticker: made, and replaced by another."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from merchants.counter.models import Sticker
from merchants.tills.errors import TillUnknown
from merchants.tills.models import Till


@transaction.atomic
def sticker_make(*, shop_id: UUID, till_id: UUID, by: UUID, now: datetime) -> Sticker:
    """A sticker for a till. One of before says from here on that it is old.

    Raises:
        TillUnknown
    """
    till = Till.objects.select_for_update().filter(shop_id=shop_id, id=till_id).first()
    if till is None:
        raise TillUnknown
    Sticker.objects.filter(till=till, replaced_at=None).update(replaced_at=now)
    return Sticker.objects.create(shop_id=shop_id, till=till, made_by=by, made_at=now)


def sticker_url(sticker: Sticker) -> str:
    """What its code says."""
    return f"{settings.PUBLIC_URL}/t/{sticker.slug}"
