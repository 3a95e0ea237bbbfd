"""Payouts of one asset that wait at the same time leave in one transaction.

A payout goes at once where none of its asset is in front of it: queued or sent, and in no block
yet. Those that come meanwhile go together when that one is in a block. The treasury's transactions
are mined in the order of their nonces, so whoever waits loses a block at most; and no longer than
``WAIT_SECONDS``, whatever became of the one in front.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from gateway.chains.models import Token
from gateway.chains.sending import transaction_queue
from gateway.events.ids import uuid7
from gateway.events.points import point
from gateway.settlement import locks
from gateway.settlement.batch_calls import Item, pay_call
from gateway.settlement.batch_models import BatchWay, PayoutBatch
from gateway.settlement.batch_ways import way_ready
from gateway.settlement.leaving import may_go, send_alone
from gateway.settlement.models import Payout
from gateway.settlement.payouts import amount_of, become
from gateway.settlement.selectors import free_float

REFERENCE_PREFIX = "batch:"
WAIT_SECONDS = 15
"""A block of the slowest chain that shops are paid on (12 s), and beat's own rhythm."""
BATCH_MAX = 100
"""Payouts of one transaction: about 5 million gas, a third of what the signer lets pass."""


@transaction.atomic
def payouts_gather(*, asset: str, now: datetime, also: UUID | None = None) -> int:
    """Queue what waits of an asset: one alone, or several in a batch. How many payouts.

    Safe to call at any time, by anyone. Oldest first, until the float is short.

    Args:
        also: one whose check is asked again, whatever it waited for.
    """
    locks.float_of(asset)
    way = way_ready(asset)
    if way is None:
        return 0
    payouts = locks.gathering_payouts(asset=asset, also=also, limit=BATCH_MAX)
    if not payouts or _waits_for_one_in_front(payouts, asset=asset, now=now):
        return 0
    going = _going(payouts, now=now)
    if len(going) == 1:
        send_alone(going[0], now=now)
    elif going:
        _send_together(going, way=way, now=now)
    return len(going)


def _waits_for_one_in_front(payouts: Sequence[Payout], *, asset: str, now: datetime) -> bool:
    since = min(payout.approved_at or now for payout in payouts)
    if since <= now - timedelta(seconds=WAIT_SECONDS):
        return False
    return Payout.objects.filter(asset=asset, status="sending").exists()


def _going(payouts: Sequence[Payout], *, now: datetime) -> list[Payout]:
    free = free_float(asset=amount_of(payouts[0]).asset)
    going: list[Payout] = []
    for payout in payouts:
        if may_go(payout, free=free, now=now):
            going.append(payout)
            free -= payout.units
        elif payout.waiting_reason == "float_short":
            break
    return going


def _send_together(payouts: Sequence[Payout], *, way: BatchWay, now: datetime) -> None:
    """The batch's row, its transaction's and its payouts', all or none."""
    token = Token.objects.select_related("chain").get(code=way.asset)
    batch_id = uuid7()
    items = [Item(each.id, bytes(each.destination or b""), int(each.units)) for each in payouts]
    queued = transaction_queue(
        chain_id=way.chain_id,
        account=bytes(token.chain.treasury),
        to=bytes(way.payer),
        data=pay_call(token=bytes(token.address or b""), items=items),
        value=0,
        purpose="payout",
        reference=f"{REFERENCE_PREFIX}{batch_id}",
        idempotency_key=f"{REFERENCE_PREFIX}{batch_id}",
        now=now,
    )
    point("batch.queued")
    PayoutBatch.objects.create(
        id=batch_id,
        chain_id=way.chain_id,
        asset=way.asset,
        payer=bytes(way.payer),
        transaction_id=queued.id,
        size=len(payouts),
        units=sum(item.units for item in items),
        formed_at=now,
    )
    for payout in payouts:
        become(payout, "sending")
        payout.batch_id, payout.transaction_id, payout.sending_at = batch_id, queued.id, now
        payout.save(
            update_fields=["status", "waiting_reason", "batch_id", "transaction_id", "sending_at"]
        )
    point("batch.formed")
