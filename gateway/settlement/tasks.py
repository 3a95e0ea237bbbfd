"""Celery entry points; beat calls them."""

import structlog
from celery import shared_task
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7
from gateway.settlement.life import WAITING
from gateway.settlement.models import Payout
from gateway.settlement.sending import payouts_recheck, payouts_resume
from gateway.settlement.shortfalls import shortfalls_cover_due
from gateway.settlement.thresholds import payout_if_due
from gateway.shops.models import Shop

log = structlog.get_logger(__name__)


@shared_task
def resume_payouts() -> int:
    """Each minute: what waits for its float or a check, or was left approved by a crash."""
    now = timezone.now()
    rechecked = payouts_recheck(now=now)
    waiting = Payout.objects.filter(status__in=WAITING, transaction_id=None).values_list(
        "asset", flat=True
    )
    return rechecked + sum(
        payouts_resume(asset=asset, now=now) for asset in sorted(set(waiting.distinct()))
    )


@shared_task
def pay_out_by_threshold() -> int:
    """Each ten minutes: shops that have reached their threshold and were not paid by an event."""
    paid = 0
    shops = Shop.objects.filter(payout_threshold_units__gt=0, payout_address__isnull=False)
    for shop_id in shops.values_list("id", flat=True).iterator():
        try:
            payout = payout_if_due(shop_id=shop_id, reason=str(uuid7()), now=timezone.now())
        except TillwayError as refused:
            log.warning("threshold_payout_refused", shop_id=str(shop_id), code=refused.code)
        else:
            paid += payout is not None
    return paid


@shared_task
def cover_shortfalls() -> int:
    """Hourly: what reorgs took back and no credit made good in time."""
    return shortfalls_cover_due(now=timezone.now())
