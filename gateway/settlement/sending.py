"""Queue a payout's transaction, once, when the float has enough for it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from eth_abi import encode

from gateway.chains.models import Token
from gateway.chains.sending import transaction_queue
from gateway.events.points import point
from gateway.events.services import emit
from gateway.settlement import locks
from gateway.settlement.fiat_sending import fiat_send
from gateway.settlement.life import RECHECKED, WAITING
from gateway.settlement.models import Payout
from gateway.settlement.payouts import amount_of, become, chain_of, wait_for
from gateway.settlement.reconciling.pausing import books_differ
from gateway.settlement.selectors import free_float, is_frozen, may_leave, payout_by_id

TRANSFER_SELECTOR = bytes.fromhex("a9059cbb")
"""transfer(address,uint256)"""
REFERENCE_PREFIX = "payout:"
RESUMED_AT_ONCE = 50


@transaction.atomic
def payout_send(*, payout_id: UUID, now: datetime) -> Payout:
    """Queue an approved payout's transaction, once; or let it wait until the float has enough and
    no payment that it may stand on is being checked, and while books and world agree.

    Safe to call again at any time, by anyone. What does not wait is returned without a lock.

    Raises:
        PayoutUnknown
    """
    payout = payout_by_id(payout_id)
    if payout.ramp:
        return fiat_send(payout_id=payout_id, now=now)
    if not _waits(payout):
        return payout
    # The float first, as those do who send several; a payout's asset never changes.
    locks.float_of(payout.asset)
    payout = locks.payout_for_update(payout_id)
    if not _waits(payout):
        return payout
    if is_frozen(payout):
        wait_for(payout, "shop_suspended")
        return payout
    if not may_leave(payout):
        wait_for(payout, "payment_check")
        return payout
    if books_differ(mode=payout.mode, asset=payout.asset, units=payout.units):
        wait_for(payout, "books_differ")
        return payout
    short = payout.units - free_float(asset=amount_of(payout).asset)
    if short > 0:
        if wait_for(payout, "float_short"):
            _emit_float_short(payout, short=short, now=now)
        return payout
    token = Token.objects.select_related("chain").get(code=payout.asset)
    queued = transaction_queue(
        chain_id=chain_of(payout),
        account=bytes(token.chain.treasury),
        **_transfer(payout, token_address=token.address),
        purpose="payout",
        reference=f"{REFERENCE_PREFIX}{payout.id}",
        idempotency_key=f"{REFERENCE_PREFIX}{payout.id}",
        shop_id=payout.shop_id,
        now=now,
    )
    point("payout.queued")
    become(payout, "sending")
    payout.transaction_id, payout.sending_at = queued.id, now
    payout.save(update_fields=["status", "waiting_reason", "transaction_id", "sending_at"])
    return payout


def payouts_resume(*, asset: str, now: datetime) -> int:
    """Send what waits for the float of an asset, oldest first, until it is short again.

    Also picks up what an interrupted handler left approved. How many were queued.
    """
    waiting = Payout.objects.filter(asset=asset, status__in=WAITING, transaction_id=None).exclude(
        waiting_reason__in=RECHECKED
    )
    sent = 0
    for payout_id in list(waiting.order_by("id").values_list("id", flat=True)[:RESUMED_AT_ONCE]):
        payout = payout_send(payout_id=payout_id, now=now)
        if payout.waiting_reason == "float_short":
            break
        sent += payout.status == "sending"
    return sent


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


def _waits(payout: Payout) -> bool:
    return payout.status in WAITING and payout.transaction_id is None


def _transfer(payout: Payout, *, token_address: bytes | memoryview | None) -> dict[str, Any]:
    destination = bytes(payout.destination or b"")
    if token_address is None:
        return {"to": destination, "data": b"", "value": payout.units}
    arguments = encode(["address", "uint256"], [destination, payout.units])
    return {"to": bytes(token_address), "data": TRANSFER_SELECTOR + arguments, "value": 0}


def _emit_float_short(payout: Payout, *, short: int, now: datetime) -> None:
    """For those who fill the float, not for the shop."""
    emit(
        type="float.short",
        subject=f"float:{payout.asset}",
        body={
            "asset": payout.asset,
            "chain_id": payout.chain_id,
            "payout_id": str(payout.id),
            "short_units": str(short),
        },
        mode=payout.mode,
        now=now,
    )
