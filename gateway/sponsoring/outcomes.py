"""What became of the transaction that sends a signed transfer, and what it cost."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from gateway.chains.models import Deposit, Token
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.chains.sending import transaction_cancel
from gateway.ledger.house import post_gas
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.sponsoring import locks
from gateway.sponsoring.life import SETTLED, Status, may_become, unsent_status
from gateway.sponsoring.models import Authorization
from gateway.sponsoring.saying import tell

ENDED_AT_ONCE = 100
SENDER_LAG_SECONDS = 30
"""A transaction that is mined just in time is given this long to be heard of."""


@transaction.atomic
def authorization_seen(*, authorization_id: UUID, body: Mapping[str, Any], mined: bool) -> None:
    """Its transaction is in a block, or a reorg took it out again."""
    authorization = locks.authorization_for_update(authorization_id)
    then: Status = "mined" if mined else "queued"
    if not may_become(authorization.status, then):
        return
    authorization.status = then
    authorization.tx_hash = _hash(body) if mined else None
    authorization.save(update_fields=["status", "tx_hash"])


@transaction.atomic
def authorization_paid(*, authorization_id: UUID, body: Mapping[str, Any], now: datetime) -> None:
    """Its transaction succeeded for good: the house paid its gas."""
    _end(locks.authorization_for_update(authorization_id), "paid", body, now=now)


@transaction.atomic
def authorization_unsent(*, authorization_id: UUID, body: Mapping[str, Any], now: datetime) -> None:
    """Its transaction moved nothing, for good. Where somebody else sent the very same transfer, it
    was delivered all the same."""
    authorization = locks.authorization_for_update(authorization_id)
    authorization.failure_code = body.get("reason_code") or "cancelled"
    authorization.failure_reason = body.get("reason") or ""
    status = unsent_status(
        delivered=_was_delivered(authorization),
        valid_before=authorization.valid_before,
        now=int(now.timestamp()),
    )
    _end(authorization, status, body, now=now)


def authorizations_expire(*, now: datetime) -> int:
    """Take back what is still in the queue though its time is over; how many."""
    before = int(now.timestamp()) - SENDER_LAG_SECONDS
    late = Authorization.objects.filter(status="queued", valid_before__lt=before)
    return _cancel_all(late, status__in=("queued", "signed", "sent"), now=now)


def authorizations_withdraw(*, invoice_id: UUID, now: datetime) -> int:
    """The invoice asks for nothing more: what was not signed yet is not sent; how many."""
    waiting = Authorization.objects.filter(invoice_id=invoice_id, status="queued")
    return _cancel_all(waiting, status__in=("queued",), now=now)


@transaction.atomic
def authorization_recognise(*, invoice_id: UUID, now: datetime) -> Authorization | None:
    """The invoice was paid: the last signature that we could not send may be what paid it."""
    last = Authorization.objects.select_for_update().filter(invoice_id=invoice_id).order_by("id")
    authorization = last.last()
    if (
        authorization is None
        or not authorization.ended_at
        or not may_become(authorization.status, "delivered")
        or not _was_delivered(authorization)
    ):
        return None
    authorization.status = "delivered"
    authorization.failure_code = authorization.failure_reason = ""
    authorization.save(update_fields=["status", "failure_code", "failure_reason"])
    tell(authorization, "sponsorship.delivered", now=now)
    return authorization


def _cancel_all(
    waiting: "QuerySet[Authorization]", *, status__in: tuple[str, ...], now: datetime
) -> int:
    sent = OutgoingTransaction.objects.filter(
        id__in=waiting.values("transaction_id"), status__in=status__in, cancel_requested_at=None
    )
    found = list(sent.order_by("id").values_list("id", flat=True)[:ENDED_AT_ONCE])
    for transaction_id in found:
        transaction_cancel(transaction_id=transaction_id, now=now)
    return len(found)


def _end(
    authorization: Authorization, status: Status, body: Mapping[str, Any], *, now: datetime
) -> None:
    if not may_become(authorization.status, status):
        return
    gas = _gas(authorization, body)
    if gas.is_positive:
        post_gas(
            reference=str(authorization.transaction_id),
            chain_id=authorization.chain_id,
            gas=gas,
            now=now,
        )
    if status in SETTLED:
        authorization.failure_code = authorization.failure_reason = ""
    authorization.status, authorization.ended_at = status, now
    authorization.tx_hash, authorization.fee_units = _hash(body), gas.units
    authorization.save()
    tell(authorization, f"sponsorship.{status}", now=now)


def _was_delivered(authorization: Authorization) -> bool:
    """Whether the payer's transfer of just this arrived. One query."""
    return (
        Deposit.objects.filter(
            invoice_id=authorization.invoice_id,
            asset=authorization.asset,
            sender=authorization.payer,
            units=authorization.units,
            first_block_time__gte=authorization.created_at.replace(microsecond=0),
        )
        .exclude(state="orphaned")
        .exists()
    )


def _gas(authorization: Authorization, body: Mapping[str, Any]) -> Amount:
    native = Token.objects.get(chain_id=authorization.chain_id, kind="native")
    return Amount(int(body["fee_units"]), Asset(native.code, native.decimals))


def _hash(body: Mapping[str, Any]) -> bytes | None:
    return bytes.fromhex(body["tx_hash"][2:]) if body.get("tx_hash") else None
