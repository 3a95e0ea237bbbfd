"""What became of a batch's transaction, and so of each of its payouts.

A payout in a batch ends as one on its own does. Until its transaction is final nothing of it is
booked; a transaction that came to nothing lets its payouts go, each on its own then, so that what
stopped one of them (a limit of the signer, a token that lies) stops nobody else.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from gateway.chains.models import Token
from gateway.chains.sending import transaction_cancel, transaction_get
from gateway.events.points import point
from gateway.ledger.house import post_gas
from gateway.settlement import locks
from gateway.settlement.batch_calls import Item, Told, shares, told_of
from gateway.settlement.batch_models import PayoutBatch
from gateway.settlement.models import Payout
from gateway.settlement.outcomes import payout_final, payout_mined, payout_undone
from gateway.settlement.payouts import become, gas_of
from gateway.settlement.withholding import withhold_returned

log = structlog.get_logger(__name__)

NOT_PAID = "token_refused"


@transaction.atomic
def batch_limited(*, batch_id: UUID, now: datetime) -> None:
    """The signer's limit holds it back: it is called off, since a smaller payout may pass."""
    batch = locks.batch_for_update(batch_id)
    waiting = transaction_get(batch.transaction_id)
    if batch.status == "under_way" and waiting.status == "queued":
        transaction_cancel(transaction_id=batch.transaction_id, now=now)


@transaction.atomic
def batch_mined(*, batch_id: UUID, body: Mapping[str, Any], now: datetime) -> PayoutBatch:
    """It is in a block; a reorg may still move it, and change what it says of each."""
    batch = _locked(batch_id)
    if batch.status != "under_way" or body["status"] != "succeeded":
        return batch
    payouts = locks.payouts_of_batch(batch_id)
    told = _told(batch, payouts, body)
    for payout in payouts:
        if told[payout.id].paid:
            payout_mined(payout_id=payout.id, body=body, now=now)
    return batch


@transaction.atomic
def batch_final(*, batch_id: UUID, body: Mapping[str, Any], now: datetime) -> PayoutBatch:
    """Each payout left for good, or did not; the gas is theirs in equal parts, to the wei."""
    batch = _locked(batch_id)
    if batch.status != "under_way":
        return batch
    payouts = locks.payouts_of_batch(batch_id)
    told = _told(batch, payouts, body)
    parts = shares(int(body["fee_units"]), len(payouts))
    for payout, part in zip(payouts, parts, strict=True):
        _payout_ends(payout, told[payout.id], body={**body, "fee_units": str(part)}, now=now)
        point("batch.payout_ended")
    batch.status, batch.ended_at = "done", now
    batch.fee_units = int(body["fee_units"])
    batch.not_paid = sum(not each.paid for each in told.values())
    batch.save(update_fields=["status", "ended_at", "fee_units", "not_paid"])
    return batch


@transaction.atomic
def batch_undone(*, batch_id: UUID, body: Mapping[str, Any], now: datetime) -> PayoutBatch:
    """It reverted, was refused or called off, for good: its payouts go each on its own.

    Holds the float that it frees from the start: the caller may promise it to others.
    """
    batch = _locked(batch_id)
    if batch.status != "under_way":
        return batch
    payouts = locks.payouts_of_batch(batch_id)
    gas = gas_of(payouts[0], body)
    if gas.is_positive:
        post_gas(reference=str(batch.transaction_id), chain_id=batch.chain_id, gas=gas, now=now)
    for payout in payouts:
        _let_go(payout)
    point("batch.let_go")
    batch.status, batch.ended_at, batch.fee_units = "undone", now, gas.units
    batch.failure_code = body.get("reason_code") or str(body["status"])
    batch.save(update_fields=["status", "ended_at", "fee_units", "failure_code"])
    log.warning("payout_batch_undone", batch=str(batch.id), code=batch.failure_code)
    return batch


def _locked(batch_id: UUID) -> PayoutBatch:
    """The float first, as those do who send: payouts that come to nothing free it."""
    locks.float_of(PayoutBatch.objects.values_list("asset", flat=True).get(id=batch_id))
    return locks.batch_for_update(batch_id)


def _told(
    batch: PayoutBatch, payouts: Sequence[Payout], body: Mapping[str, Any]
) -> dict[UUID, Told]:
    token = Token.objects.get(code=batch.asset)
    return told_of(
        body["logs"],
        payer=bytes(batch.payer),
        token=bytes(token.address or b""),
        items=[Item(each.id, bytes(each.destination or b""), int(each.units)) for each in payouts],
    )


def _payout_ends(payout: Payout, told: Told, *, body: Mapping[str, Any], now: datetime) -> None:
    if told.paid:
        payout_final(payout_id=payout.id, body=body, now=now)
        return
    refused = {**body, "reason_code": NOT_PAID, "reason": told.reason}
    payout_undone(payout_id=payout.id, body=refused, cancelled=False, now=now)


def _let_go(payout: Payout) -> None:
    """As it was before it was gathered, save that it goes alone; what was withheld of its shop
    meanwhile counts its money as here again."""
    become(payout, "awaiting_funds")
    payout.batch_id = payout.transaction_id = payout.tx_hash = None
    payout.sending_at = payout.sent_at = None
    payout.sent_alone = True
    payout.save()
    withhold_returned(payout)
