"""Celery entry points; beat calls them."""

import structlog
from celery import shared_task
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7
from gateway.settlement.batch_sending import payouts_gather
from gateway.settlement.batch_ways import ready_assets, ways_tend
from gateway.settlement.closing import closing_step
from gateway.settlement.fiat_sending import fetches_try_again
from gateway.settlement.life import WAITING
from gateway.settlement.models import Payout
from gateway.settlement.quoting import quotes_forget
from gateway.settlement.scheduling import run_if_due, run_of_the_day
from gateway.settlement.sending import payouts_recheck, payouts_resume
from gateway.settlement.shortfalls import shortfalls_cover_due
from gateway.shops.models import Shop
from gateway.shops.selectors import shops_scheduled

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
def gather_payouts() -> int:
    """Each five seconds: what waited long enough behind another one. How many were queued."""
    now = timezone.now()
    waiting = Payout.objects.filter(
        status__in=WAITING, transaction_id=None, sent_alone=False, asset__in=ready_assets()
    )
    assets = sorted(set(waiting.values_list("asset", flat=True).distinct()))
    return sum(payouts_gather(asset=asset, now=now) for asset in assets)


@shared_task
def tend_batch_ways() -> int:
    """Each minute: leave for the contracts that the chains' settings name. How many were asked."""
    return ways_tend(now=timezone.now())


@shared_task
def run_settlement_policies() -> int:
    """Each five minutes: shops whose day is over, and those that no event paid. How many runs."""
    paid = 0
    now = timezone.now()
    for schedule in ("daily", "instant", "threshold"):
        for shop_id in shops_scheduled(schedule):
            try:
                run = (
                    run_of_the_day(shop_id=shop_id, now=now)
                    if schedule == "daily"
                    else run_if_due(shop_id=shop_id, reason=str(uuid7()), now=now)
                )
            except TillwayError as refused:
                log.warning("settlement_run_refused", shop_id=str(shop_id), code=refused.code)
            else:
                paid += run is not None and run.outcome == "paid" and run.ran_at == now
    return paid


@shared_task
def close_shops() -> int:
    """Hourly: what is left of shops that close. How many were closed."""
    closed = 0
    for shop_id in Shop.objects.filter(status="closing").values_list("id", flat=True):
        try:
            closed += closing_step(shop_id=shop_id, now=timezone.now()) == "closed"
        except TillwayError as refused:
            log.warning("shop_not_closed", shop_id=str(shop_id), code=refused.code)
    return closed


@shared_task
def forget_payout_quotes() -> int:
    """Daily: quotes of payouts that nobody used."""
    return quotes_forget(now=timezone.now())


@shared_task
def cover_shortfalls() -> int:
    """Hourly: what reorgs took back and no credit made good in time."""
    return shortfalls_cover_due(now=timezone.now())


@shared_task
def fetch_from_ramps() -> int:
    """Each ten minutes: what a ramp would not give back before."""
    return fetches_try_again(now=timezone.now())
