"""The verbs and questions of outgoing transactions that other rooms use.

Nothing here talks to a node or to the signer: a row is written, the chain's sender does the rest
and says how it went by events on ``transaction:<id>``:

- ``transaction.awaiting_gas``: the account lacks native coin; it is sent once there is enough.
- ``transaction.awaiting_limit``: the signer's limit is reached; it stays queued and is asked for
  again. ``transaction.limit_freed``: it was signed after all.
- ``transaction.doubted``: its nonce is used, and the nodes don't prove by which transaction; it
  stays under way. ``transaction.settled``: a person settled that, by name and with a proof.
- ``transaction.mined``: it is in a block (again, in another one, after a reorg).
- ``transaction.orphaned``: a reorg took it out of its block; the same bytes are sent again.
- ``transaction.final``: it succeeded, and no reorg is expected any more. Post this one.
- ``transaction.failed``: it reverted, finally (``fee_units`` was paid all the same), or it was
  never sent: it would have reverted, or the signer refused, or its nonce provably went to a
  transaction that is not ours (``fee_units`` is "0").
- ``transaction.cancelled``: it was cancelled before it was sent, or its nonce went to nothing.

Exactly one of the last three ends it.
"""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction as db_transaction

from gateway.chains.addresses import ADDRESS_BYTES
from gateway.chains.errors import UnknownChain
from gateway.chains.models import Chain
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.chains.transaction_events import emit_transaction
from gateway.custody.policy_terms import PURPOSE_NAMES
from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7

log = structlog.get_logger(__name__)

MAX_DATA_BYTES = 120_000
"""Nodes refuse transactions above 128 KiB."""


class TransactionConflict(TillwayError):
    code = "transaction_conflict"
    message = "This idempotency key was used for another transaction."
    status = 409


class TransactionInvalid(TillwayError):
    code = "transaction_invalid"
    status = 422


class TransactionUnknown(TillwayError):
    code = "transaction_unknown"
    message = "There is no such transaction."
    status = 404


def transaction_queue(
    *,
    chain_id: int,
    account: bytes,
    to: bytes,
    data: bytes,
    value: int,
    gas_limit: int | None = None,
    purpose: str,
    reference: str,
    idempotency_key: str,
    now: datetime,
    shop_id: UUID | None = None,
) -> OutgoingTransaction:
    """Ask for a transaction to be sent, once. Rows only, in the caller's transaction.

    Args:
        account: the house's account that sends it, 20 bytes.
        value: wei.
        gas_limit: gas; None lets the sender estimate it.
        purpose: one of ``gateway.custody.policy_terms.Purpose``: what the signer judges it by.
        reference: what it is for ("payout:<id>"); stands in every event.
        idempotency_key: the same key is the same transaction, for ever.

    Raises:
        TransactionConflict: the key was used for another payload.
        TransactionInvalid: no such transaction could be sent.
        UnknownChain: the chain is not there, or not enabled.
    """
    _check(account=account, to=to, data=data, value=value, gas_limit=gas_limit, key=idempotency_key)
    if purpose not in PURPOSE_NAMES:
        raise TransactionInvalid(
            f"There is no purpose {purpose!r}.",
            field="purpose",
            hint=f"One of: {', '.join(sorted(PURPOSE_NAMES))}.",
        )
    if not Chain.objects.filter(id=chain_id, enabled=True).exists():
        raise UnknownChain(f"There is no chain {chain_id} to send on.")
    digest = _payload_hash(chain_id, account, to, data, value, gas_limit, purpose, reference)
    OutgoingTransaction.objects.bulk_create(
        [
            OutgoingTransaction(
                id=uuid7(),
                chain_id=chain_id,
                account=account,
                to=to,
                data=data,
                value=value,
                gas_limit=gas_limit,
                purpose=purpose,
                reference=reference,
                shop_id=shop_id,
                idempotency_key=idempotency_key,
                payload_hash=digest,
                created_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    stored = OutgoingTransaction.objects.get(idempotency_key=idempotency_key)
    if bytes(stored.payload_hash) != digest:
        raise TransactionConflict
    return stored


@db_transaction.atomic
def transaction_cancel(*, transaction_id: UUID, now: datetime) -> OutgoingTransaction:
    """Ask for a transaction not to happen any more.

    Still in the queue, it is cancelled at once. Once signed, the sender replaces its nonce by
    nothing; which of the two is mined is told by ``transaction.cancelled`` or ``.final``. In a
    block already, or over, it stays what it is. Safe to call again.

    Raises:
        TransactionUnknown: there is none with this id.
    """
    try:
        outgoing = OutgoingTransaction.objects.select_for_update().get(id=transaction_id)
    except OutgoingTransaction.DoesNotExist:
        raise TransactionUnknown from None
    if outgoing.status == "queued":
        outgoing.status, outgoing.outcome, outgoing.ended_at = "cancelled", "cancelled", now
        outgoing.save(update_fields=["status", "outcome", "ended_at"])
        emit_transaction(outgoing, type="transaction.cancelled", mode=outgoing.chain.mode, now=now)
    elif outgoing.status in ("signed", "sent") and outgoing.cancel_requested_at is None:
        outgoing.cancel_requested_at = now
        outgoing.save(update_fields=["cancel_requested_at"])
        emit_transaction(
            outgoing, type="transaction.cancel_requested", mode=outgoing.chain.mode, now=now
        )
    return outgoing


def transaction_get(transaction_id: UUID) -> OutgoingTransaction:
    """One query.

    Raises:
        TransactionUnknown: there is none with this id.
    """
    try:
        return OutgoingTransaction.objects.get(id=transaction_id)
    except OutgoingTransaction.DoesNotExist:
        raise TransactionUnknown from None


def transactions_for(reference: str) -> list[OutgoingTransaction]:
    """What was ever queued for a reference, oldest first. One query."""
    return list(OutgoingTransaction.objects.filter(reference=reference).order_by("id"))


def _check(
    *, account: bytes, to: bytes, data: bytes, value: int, gas_limit: int | None, key: str
) -> None:
    if len(account) != ADDRESS_BYTES or len(to) != ADDRESS_BYTES:
        raise TransactionInvalid("An address has 20 bytes.")
    if not 0 <= value < 2**256:
        raise TransactionInvalid("The value is not a count of wei.", field="value")
    if gas_limit is not None and gas_limit <= 0:
        raise TransactionInvalid("The gas limit must be positive.", field="gas_limit")
    if len(data) > MAX_DATA_BYTES:
        raise TransactionInvalid("The call data is too long for any node.", field="data")
    if not key:
        raise TransactionInvalid("An idempotency key is needed.", field="idempotency_key")


def _payload_hash(*parts: Any) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        text = bytes(part) if isinstance(part, bytes | memoryview) else repr(part).encode()
        digest.update(len(text).to_bytes(8, "big") + text)
    return digest.digest()
