"""Make happen what was asked for, on the house's own chain and outside of any transaction.

A payment is a real transfer of a wallet that pays once; a reorg is the chain's own. Each turn asks
the chain first how far it is, so a process that dies in between leaves nothing undone or double.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx  # house: TW4 (what the dev chain's own client raises; nothing leaves the house)
import structlog
from django.db import transaction
from django.utils import timezone

from gateway.chains.addresses import checksum
from gateway.chains.models import Deposit
from gateway.events.errors import LeaseLost
from gateway.invoices.models import Payment
from gateway.supervisor.devchain.one_payment import OnePayment
from gateway.supervisor.devchain.reorging import reorg_prepare, take_back
from gateway.supervisor.devchain.rpc import Rpc, RpcError
from gateway.supervisor.devchain.transactions import NotMined, TransactionFailed
from gateway.trying.choosing import symbol_of
from gateway.trying.errors import ChainNotOurs, PaymentFinal
from gateway.trying.ground import OwnChain, own_chain
from gateway.trying.life import GIVE_UP, LEASE, UNDER_WAY, is_last_chance, reorg_depth
from gateway.trying.models import Provocation
from gateway.trying.services import wallet_name

log = structlog.get_logger(__name__)

TURN: Final = 5
TURN_SECONDS: Final = 20.0
"""Then no other is begun: a task's own time is short, and others need the worker too."""
LOOK_AGAIN: Final = timedelta(seconds=1)
NODE_TIMEOUT_SECONDS: Final = 10.0
REORGS: Final = 3
"""A block mined just then leaves the payment outside of what is taken back: it is tried again."""


def provocations_act(*, now: datetime) -> int:
    """Carry on what is due, one after another; how many were looked at. One query while nothing
    is."""
    if not Provocation.objects.filter(status__in=UNDER_WAY, due_at__lte=now).exists():
        return 0
    try:
        chain = own_chain()
    except ChainNotOurs as gone:
        while row := _taken(now=now):
            _fail(row, code=gone.code, why=gone.message, now=now)
        return 0
    began = time.monotonic()
    count = 0
    with Rpc(url=chain.rpc_url, timeout_seconds=NODE_TIMEOUT_SECONDS) as rpc:
        while count < TURN and (spent := time.monotonic() - began) < TURN_SECONDS:
            at = now + timedelta(seconds=spent)  # a lease begins when its row is begun
            if (row := _taken(now=at)) is None:
                break
            _turn(row, chain=chain, rpc=rpc, now=at)
            count += 1
    return count


@transaction.atomic
def _taken(*, now: datetime) -> Provocation | None:
    """One that is due and nobody else has, for ourselves as long as a lease lasts."""
    row = (
        Provocation.objects.select_for_update(skip_locked=True)
        .filter(status__in=UNDER_WAY, due_at__lte=now)
        .order_by("due_at", "id")
        .first()
    )
    if row is not None:
        row.due_at = now + LEASE
        row.save(update_fields=["due_at"])
    return row


def _lease(row: Provocation, *, now: datetime) -> None:
    """Anew, just before what must not be done twice.

    Raises:
        LeaseLost: we were so slow that another process has it.
    """
    until = max(now, timezone.now()) + LEASE
    if not Provocation.objects.filter(id=row.id, due_at=row.due_at).update(due_at=until):
        raise LeaseLost
    row.due_at = until


def _turn(row: Provocation, *, chain: OwnChain, rpc: Rpc, now: datetime) -> None:
    try:
        if row.status == "waiting":
            _pay(row, chain=chain, rpc=rpc, now=now)
        if row.status == "sent":
            _take_back(row, chain=chain, rpc=rpc, now=now)
    except LeaseLost:
        return
    except NotMined as slow:
        log.warning("provocation_waits", provocation=str(row.id), detail=str(slow)[:300])
    except TransactionFailed as failed:
        _fail(row, code="transfer_failed", why=f"The chain refused: {failed}.", now=now)
    except (RpcError, httpx.HTTPError) as trouble:
        log.warning("provocation_waits", provocation=str(row.id), detail=str(trouble)[:300])
    if row.status in UNDER_WAY:
        if now - max(row.asked_at, row.not_before or row.asked_at) > GIVE_UP:
            _fail(row, code="never_happened", why="The chain or the house was too slow.", now=now)
        else:
            ours = Provocation.objects.filter(id=row.id, due_at=row.due_at)
            ours.update(due_at=now + LOOK_AGAIN)


def _pay(row: Provocation, *, chain: OwnChain, rpc: Rpc, now: datetime) -> None:
    if row.not_before is not None and _chain_time(rpc) < row.not_before:
        return
    payment = OnePayment(
        name=wallet_name(row),
        to=checksum(bytes(row.to)),
        symbol=symbol_of(row.asset),
        units=int(row.units),
        whose=checksum(bytes(row.listed_payer)) if row.listed_payer is not None else "",
    )
    reorg_prepare(rpc)  # one of this payment may be asked for later
    mined = payment.send(chain=chain.layout, rpc=rpc)
    if mined is None:
        return
    row.tx_hash = bytes.fromhex(mined[2:])
    row.status = "sent" if row.what == "reorg" else "done"
    row.ended_at = None if row.status == "sent" else now
    row.save(update_fields=["tx_hash", "status", "ended_at"])


def _take_back(row: Provocation, *, chain: OwnChain, rpc: Rpc, now: datetime) -> None:
    """Have the chain take the payment back, once it counted or can't wait any longer."""
    assert row.tx_hash is not None
    tx_hash = f"0x{bytes(row.tx_hash).hex()}"
    was_there = _is_counted(row)
    for _ in range(REORGS):
        receipt = rpc.call("eth_getTransactionReceipt", tx_hash)
        if receipt is None:
            row.status, row.ended_at = "done", now
            row.save(update_fields=["status", "ended_at"])
            return
        place = {
            "head": rpc.integer("eth_blockNumber"),
            "block": int(receipt["blockNumber"], 16),
            "finality_blocks": chain.finality_blocks,
        }
        depth = reorg_depth(**place)
        if depth is None:
            _fail(row, code=PaymentFinal.code, why=PaymentFinal.message, now=now)
            return
        if not (was_there or is_last_chance(**place)):
            return
        _lease(row, now=now)
        take_back(tx_hash, block=place["block"], head=place["head"], rpc=rpc)


def _is_counted(row: Provocation) -> bool:
    """Whether the payment was credited, or was already seen when its reorg was asked for."""
    deposit = (
        Deposit.objects.filter(invoice_id=row.invoice_id, tx_hash=row.tx_hash)
        .exclude(state="orphaned")
        .first()
    )
    if deposit is None:
        return False
    if deposit.seen_at <= row.asked_at:
        return True
    return Payment.objects.filter(deposit_id=deposit.id, reversed_at=None).exists()


def _chain_time(rpc: Rpc) -> datetime:
    head = rpc.call("eth_getBlockByNumber", "latest", False)
    return datetime.fromtimestamp(int(head["timestamp"], 16), UTC)


def _fail(row: Provocation, *, code: str, why: str, now: datetime) -> None:
    row.status, row.ended_at = "failed", now
    row.failure_code, row.failure = code, why
    row.save(update_fields=["status", "ended_at", "failure_code", "failure"])
