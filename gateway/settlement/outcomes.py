"""What became of a payout's transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gateway.events.points import point
from gateway.ledger.house import post_gas
from gateway.ledger.payouts import post_payout_left
from gateway.settlement import locks
from gateway.settlement.life import UNDER_WAY
from gateway.settlement.models import Payout
from gateway.settlement.payouts import amount_of, become, chain_of, gas_of, give_back, tell
from gateway.settlement.selectors import payout_by_id


@transaction.atomic
def payout_limited(*, payout_id: UUID, is_over: bool, now: datetime) -> Payout:
    """The signer's limit holds its transaction back, or does so no longer.

    The money stays reserved, for the shop and in the float; the sender asks the signer again.
    """
    payout = locks.payout_for_update(payout_id)
    waits = payout.waiting_reason == "signer_limit"
    if is_over and payout.status == "sending":
        become(payout, "awaiting_funds", waiting_reason="signer_limit")
    elif not is_over and waits:
        become(payout, "sending")
        payout.sending_at = now
    else:
        return payout
    payout.save(update_fields=["status", "waiting_reason", "sending_at"])
    return payout


@transaction.atomic
def payout_mined(*, payout_id: UUID, body: Mapping[str, Any], now: datetime) -> Payout:
    """It is in a block; a reorg may still move it to another one."""
    payout = locks.payout_for_update(payout_id)
    if payout.status not in UNDER_WAY or body["status"] != "succeeded":
        return payout
    payout.tx_hash = _hash(body)
    if payout.status == "sending":
        become(payout, "sent")
        payout.sent_at = now
        payout.save(update_fields=["status", "sent_at", "tx_hash"])
        tell(payout, "payout.sent", now=now)
        point("payout.sent")
    else:
        payout.save(update_fields=["tx_hash"])
    return payout


@transaction.atomic
def payout_final(*, payout_id: UUID, body: Mapping[str, Any], now: datetime) -> Payout:
    """It left for good: the books follow."""
    payout = locks.payout_for_update(payout_id)
    if payout.status not in UNDER_WAY:
        return payout
    post_payout_left(
        payout_id=payout.id,
        shop_id=payout.shop_id,
        chain_id=chain_of(payout),
        amount=amount_of(payout),
        gas=gas_of(payout, body),
        batched_in=payout.transaction_id if payout.batch_id else None,
        now=now,
    )
    payout.tx_hash, payout.fee_units = _hash(body), int(body["fee_units"])
    point("payout.left")
    become(payout, "completed")
    payout.sent_at, payout.ended_at = payout.sent_at or now, now
    payout.save(update_fields=["status", "ended_at", "sent_at", "tx_hash", "fee_units"])
    tell(payout, "payout.completed", now=now)
    return payout


@transaction.atomic
def payout_undone(
    *, payout_id: UUID, body: Mapping[str, Any], cancelled: bool, now: datetime
) -> Payout:
    """Its transaction reverted, was refused or cancelled, for good: the shop has its money back.

    Holds the float that it frees from the start: the caller may promise it to others.
    """
    locks.float_of(payout_by_id(payout_id).asset)
    payout = locks.payout_for_update(payout_id)
    if payout.status not in UNDER_WAY and payout.waiting_reason != "signer_limit":
        return payout
    gas = gas_of(payout, body)
    if gas.is_positive:
        reference = str(payout.transaction_id)
        if payout.batch_id:  # whose other payouts have parts of the gas of their own
            reference = f"{reference}:{payout.id}"
        post_gas(reference=reference, chain_id=chain_of(payout), gas=gas, now=now)
    payout.tx_hash, payout.fee_units = _hash(body), gas.units
    payout.failure_code = body.get("reason_code") or ("cancelled" if cancelled else "reverted")
    payout.failure_reason = body.get("reason") or ""
    if cancelled:
        give_back(payout, status="cancelled", type="payout.cancelled", now=now)
    else:
        give_back(payout, status="failed", type="payout.failed", now=now)
    return payout


def _hash(body: Mapping[str, Any]) -> bytes | None:
    return bytes.fromhex(body["tx_hash"][2:]) if body.get("tx_hash") else None
