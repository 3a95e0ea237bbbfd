"""Queue a payout's transaction, once, when the float has enough for it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.settlement import locks
from gateway.settlement.batch_sending import payouts_gather
from gateway.settlement.batch_ways import way_ready
from gateway.settlement.fiat_sending import fiat_send
from gateway.settlement.leaving import may_go, send_alone, waits
from gateway.settlement.life import RECHECKED, WAITING
from gateway.settlement.models import Payout
from gateway.settlement.payouts import amount_of
from gateway.settlement.selectors import free_float, payout_by_id

RESUMED_AT_ONCE = 50


@transaction.atomic
def payout_send(*, payout_id: UUID, now: datetime) -> Payout:
    """Queue an approved payout's transaction, once; or let it wait until the float has enough and
    no payment that it may stand on is being checked, and while books and world agree.

    Where its asset can be paid in batches it goes with the others that wait, or waits for the one
    in front. Safe to call again at any time, by anyone. What does not wait is returned without a
    lock.

    Raises:
        PayoutUnknown
    """
    payout = payout_by_id(payout_id)
    if payout.ramp:
        return fiat_send(payout_id=payout_id, now=now)
    if not waits(payout):
        return payout
    # The float first, as those do who send several; a payout's asset never changes.
    locks.float_of(payout.asset)
    if not payout.sent_alone and way_ready(payout.asset):
        payouts_gather(asset=payout.asset, also=payout_id, now=now)
        return payout_by_id(payout_id)
    payout = locks.payout_for_update(payout_id)
    if waits(payout) and may_go(payout, free=free_float(asset=amount_of(payout).asset), now=now):
        send_alone(payout, now=now)
    return payout


def payouts_resume(*, asset: str, now: datetime) -> int:
    """Send what waits for the float of an asset, oldest first, until it is short again.

    Also picks up what an interrupted handler left approved. How many were queued.
    """
    waiting = Payout.objects.filter(asset=asset, status__in=WAITING, transaction_id=None).exclude(
        waiting_reason__in=RECHECKED
    )
    sent = 0
    if way_ready(asset):
        sent = payouts_gather(asset=asset, now=now)
        waiting = waiting.filter(sent_alone=True)
    for payout_id in list(waiting.order_by("id").values_list("id", flat=True)[:RESUMED_AT_ONCE]):
        payout = payout_send(payout_id=payout_id, now=now)
        if payout.waiting_reason == "float_short":
            break
        sent += payout.status == "sending"
    return sent


def payouts_to(*, address: bytes, chain_id: int, now: datetime) -> int:
    """Send what waited for more to be known of an address, each in a transaction of its own; how
    many were queued."""
    waiting = Payout.objects.filter(
        status="awaiting_funds",
        waiting_reason="payment_check",
        transaction_id=None,
        chain_id=chain_id,
        destination=address,
    )
    found = list(waiting.order_by("asset", "id").values_list("id", flat=True))
    return sum(payout_send(payout_id=each, now=now).status == "sending" for each in found)


def payouts_recheck(*, now: datetime, shop_id: UUID | None = None) -> int:
    """Send what waited for a payment's check, for its shop to be active again, or for books and
    world to agree, where that is over; how many were queued.

    Args:
        shop_id: of this shop only. Otherwise of all, each in a transaction of its own.
    """
    waiting = Payout.objects.filter(
        status="awaiting_funds", waiting_reason__in=RECHECKED, transaction_id=None
    )
    if shop_id is not None:
        waiting = waiting.filter(shop_id=shop_id)
    return sum(
        payout_send(payout_id=payout_id, now=now).status == "sending"
        for payout_id in list(waiting.order_by("asset", "id").values_list("id", flat=True))
    )
