"""Queue a payout's transaction, once, when the float has enough for it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from eth_abi import encode

from gateway.chains.models import Token
from gateway.chains.sending import transaction_queue
from gateway.events.services import emit
from gateway.settlement import locks
from gateway.settlement.life import WAITING
from gateway.settlement.models import Payout
from gateway.settlement.payouts import amount_of, become
from gateway.settlement.selectors import free_float

TRANSFER_SELECTOR = bytes.fromhex("a9059cbb")
"""transfer(address,uint256)"""
REFERENCE_PREFIX = "payout:"
RESUMED_AT_ONCE = 50


@transaction.atomic
def payout_send(*, payout_id: UUID, now: datetime) -> Payout:
    """Queue an approved payout's transaction, once; or let it wait until the float has enough.

    Safe to call again at any time, by anyone.
    """
    payout = locks.payout_for_update(payout_id)
    if payout.status not in WAITING or payout.transaction_id is not None:
        return payout
    locks.float_of(payout.asset)
    short = payout.units - free_float(asset=amount_of(payout).asset)
    if short > 0:
        if payout.status != "awaiting_funds":
            become(payout, "awaiting_funds", waiting_reason="float_short")
            payout.save(update_fields=["status", "waiting_reason"])
            _emit_float_short(payout, short=short, now=now)
        return payout
    token = Token.objects.select_related("chain").get(code=payout.asset)
    queued = transaction_queue(
        chain_id=payout.chain_id,
        account=bytes(token.chain.treasury),
        **_transfer(payout, token_address=token.address),
        purpose="payout",
        reference=f"{REFERENCE_PREFIX}{payout.id}",
        idempotency_key=f"{REFERENCE_PREFIX}{payout.id}",
        shop_id=payout.shop_id,
        now=now,
    )
    become(payout, "sending")
    payout.transaction_id, payout.sending_at = queued.id, now
    payout.save(update_fields=["status", "waiting_reason", "transaction_id", "sending_at"])
    return payout


def payouts_resume(*, asset: str, now: datetime) -> int:
    """Send what waits for the float of an asset, oldest first, until it is short again.

    Also picks up what an interrupted handler left approved. How many were queued.
    """
    waiting = Payout.objects.filter(asset=asset, status__in=WAITING, transaction_id=None).order_by(
        "id"
    )
    sent = 0
    for payout_id in list(waiting.values_list("id", flat=True)[:RESUMED_AT_ONCE]):
        if payout_send(payout_id=payout_id, now=now).status == "awaiting_funds":
            break
        sent += 1
    return sent


def _transfer(payout: Payout, *, token_address: bytes | memoryview | None) -> dict[str, Any]:
    destination = bytes(payout.destination)
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
