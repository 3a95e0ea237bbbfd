"""Bring on what nobody waits for: parts of schedules, commands whose sender died."""

from datetime import datetime

import structlog
from django.db.models import Exists, OuterRef, Q

from gateway.market.orders.applying import market_apply
from gateway.market.orders.errors import BookBroken
from gateway.market.orders.models import TWAP_ACTIVE, BookMarket, Command, Twap

log = structlog.get_logger(__name__)


def books_work(*, now: datetime) -> int:
    """Carry out what waits in any market; how many commands. A query, and what each market takes.

    A market whose rows contradict one another is left to people; the others go on.
    """
    waiting = Command.objects.filter(market=OuterRef("pk"), number=None)
    due = Twap.objects.filter(market=OuterRef("pk"), state__in=TWAP_ACTIVE, next_at__lte=now)
    found = BookMarket.objects.filter(Q(Exists(waiting)) | Q(Exists(due))).order_by("id")
    done = 0
    for market_id in found.values_list("id", flat=True):
        try:
            done += market_apply(market_id=market_id, now=now)
        except BookBroken as broken:
            log.error("book_broken", market=str(market_id), detail=broken.message)
    return done
