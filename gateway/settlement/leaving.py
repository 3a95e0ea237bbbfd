"""Whether an approved payout may leave now, and the transaction that sends it on its own."""

from datetime import datetime
from typing import Any

from eth_abi import encode

from gateway.chains.models import Token
from gateway.chains.sending import transaction_queue
from gateway.compliance.destinations.checking import Leaving, destination_check
from gateway.compliance.errors import ListsMissing
from gateway.events.points import point
from gateway.events.services import emit
from gateway.settlement.life import WAITING
from gateway.settlement.models import Payout
from gateway.settlement.owners import owners_let_pay
from gateway.settlement.payouts import amount_of, become, chain_of, wait_for
from gateway.settlement.reconciling.pausing import books_differ
from gateway.settlement.selectors import is_frozen, may_leave
from gateway.settlement.travel import travel_waits

TRANSFER_SELECTOR = bytes.fromhex("a9059cbb")
"""transfer(address,uint256)"""
REFERENCE_PREFIX = "payout:"


def waits(payout: Payout) -> bool:
    """Whether nothing was queued for it, and something may be."""
    return payout.status in WAITING and payout.transaction_id is None


def may_go(payout: Payout, *, free: int, now: datetime) -> bool:
    """Whether a locked payout may leave; if not, it says why it waits.

    Args:
        free: base units of the float that nobody else was promised; under its lock.
    """
    if is_frozen(payout):
        wait_for(payout, "shop_suspended")
    elif not may_leave(payout) or not owners_let_pay(payout, now=now):
        # One word for whatever is looked at: which it is is told to nobody.
        wait_for(payout, "payment_check")
    elif reason := travel_waits(
        about=f"{REFERENCE_PREFIX}{payout.id}",
        shop_id=payout.shop_id,
        mode=payout.mode,
        address=bytes(payout.destination or b""),
        token=amount_of(payout),
        now=now,
    ):
        wait_for(payout, reason)
    elif books_differ(mode=payout.mode, asset=payout.asset, units=payout.units):
        wait_for(payout, "books_differ")
    elif payout.units > free:
        if wait_for(payout, "float_short"):
            _emit_float_short(payout, short=payout.units - free, now=now)
    elif not _destination_goes(payout, now=now):
        wait_for(payout, "payment_check")
    else:
        return True
    return False


def _destination_goes(payout: Payout, *, now: datetime) -> bool:
    """Whether the lists and a trace of the payout's address let money go there."""
    leaving = Leaving(
        chain_id=chain_of(payout),
        address=bytes(payout.destination or b""),
        amount=amount_of(payout),
        mode=payout.mode,
        about=f"payout:{payout.id}",
        shop_id=payout.shop_id,
    )
    try:
        return destination_check(leaving=leaving, now=now).goes
    except ListsMissing:
        return payout.mode == "test"  # as it asks for money without a list, too


def send_alone(payout: Payout, *, now: datetime) -> None:
    """Queue a locked payout's own transaction, once."""
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
