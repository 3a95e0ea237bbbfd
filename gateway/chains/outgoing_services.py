"""The sender's own verbs: each one transaction, each refused to a sender that lost its lease.

Nothing here talks to a node or to the signer. What a step learnt outside is written here, so a
crash between any two of them leaves a row from which the next sender goes on.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction as db_transaction
from django.db.models import Max

from gateway.chains.fees import Fees
from gateway.chains.outgoing_ends import doubt_over, end_mined, end_unmined, take_receipt
from gateway.chains.outgoing_models import OutgoingAttempt, OutgoingTransaction
from gateway.chains.outgoing_nonces import nonce_sequence_locked
from gateway.chains.receipts import Receipt
from gateway.chains.transaction_events import emit_transaction
from gateway.events import leases
from gateway.events.ids import uuid7


@dataclass(frozen=True, slots=True)
class Desk:
    """The sender that acts: its chain's mode and the lease that every transaction checks."""

    lease: leases.LeaseHandle
    mode: str


@db_transaction.atomic
def attempt_prepare(
    *,
    desk: Desk,
    transaction_id: UUID,
    kind: str,
    nonce: int,
    gas_limit: int,
    fees: Fees,
    now: datetime,
) -> OutgoingAttempt | None:
    """Write down what the signer will be asked for. None if the transaction has moved on."""
    outgoing = transaction_locked(desk, transaction_id)
    wanted = ("queued",) if kind == "send" else ("signed", "sent")
    if outgoing.status not in wanted:
        return None
    last = outgoing.attempts.aggregate(last=Max("number"))["last"] or 0
    return OutgoingAttempt.objects.create(
        id=uuid7(),
        transaction=outgoing,
        number=last + 1,
        kind=kind,
        nonce=nonce,
        gas_limit=gas_limit,
        max_fee_per_gas=fees.max_fee_per_gas,
        max_priority_fee_per_gas=fees.tip,
        created_at=now,
    )


@db_transaction.atomic
def attempt_discard(*, desk: Desk, attempt_id: UUID) -> None:
    """Forget an attempt that was never signed, so never sent: its nonce is another's now."""
    leases.check(handle=desk.lease)
    OutgoingAttempt.objects.filter(id=attempt_id, raw__isnull=True).delete()


@db_transaction.atomic
def attempt_store_signature(
    *, desk: Desk, attempt_id: UUID, raw: bytes, tx_hash: bytes, now: datetime
) -> bool:
    """Keep the signed bytes; with the first ones the transaction takes its nonce for good.

    False if they must not be used: the transaction was cancelled meanwhile, or the nonce went to
    another one. They never left this process then.
    """
    leases.check(handle=desk.lease)
    attempt = OutgoingAttempt.objects.select_related("transaction").get(id=attempt_id)
    if attempt.kind == "send":
        # The sequence before the transaction: the order in which everybody locks them.
        sequence = nonce_sequence_locked(attempt.transaction, nonce=attempt.nonce)
    outgoing = OutgoingTransaction.objects.select_for_update().get(id=attempt.transaction_id)
    if attempt.kind == "send":
        if outgoing.status != "queued" or attempt.nonce < sequence.next_nonce:
            attempt.delete()
            return False
        sequence.next_nonce = attempt.nonce + 1
        sequence.save(update_fields=["next_nonce"])
        waited_for_limit = outgoing.awaiting_limit_since is not None
        outgoing.nonce, outgoing.status, outgoing.signed_at = attempt.nonce, "signed", now
        outgoing.awaiting_gas_since = outgoing.awaiting_limit_since = outgoing.not_before = None
        outgoing.last_error = ""
        outgoing.save(
            update_fields=[
                "nonce",
                "status",
                "signed_at",
                "awaiting_gas_since",
                "awaiting_limit_since",
                "not_before",
                "last_error",
            ]
        )
        if waited_for_limit:
            emit_transaction(outgoing, type="transaction.limit_freed", mode=desk.mode, now=now)
    attempt.raw, attempt.tx_hash = raw, tx_hash
    attempt.save(update_fields=["raw", "tx_hash"])
    return True


@db_transaction.atomic
def attempt_refused(
    *, desk: Desk, attempt_id: UUID, reason: str, message: str, now: datetime
) -> bool:
    """The signer won't. A transaction that was never sent fails; one under way stays under way.

    Whether it failed.
    """
    leases.check(handle=desk.lease)
    attempt = OutgoingAttempt.objects.get(id=attempt_id)
    attempt.refusal = reason
    attempt.save(update_fields=["refusal"])
    outgoing = OutgoingTransaction.objects.select_for_update().get(id=attempt.transaction_id)
    if outgoing.status != "queued":
        return False
    end_unmined(outgoing, mode=desk.mode, code=f"policy_refused:{reason}", reason=message, now=now)
    return True


@db_transaction.atomic
def attempt_over_limit(
    *,
    desk: Desk,
    attempt_id: UUID,
    reason: str,
    message: str,
    not_before: datetime,
    now: datetime,
) -> None:
    """The signer's limit is reached: a queued transaction waits in its queue; said once.

    The attempt goes: it was never signed, and the next time asks for another nonce.
    """
    leases.check(handle=desk.lease)
    attempt = OutgoingAttempt.objects.get(id=attempt_id)
    outgoing = OutgoingTransaction.objects.select_for_update().get(id=attempt.transaction_id)
    if outgoing.status != "queued":
        attempt.refusal = reason
        attempt.save(update_fields=["refusal"])
        return
    attempt.delete()
    is_new = outgoing.awaiting_limit_since is None
    outgoing.awaiting_limit_since = outgoing.awaiting_limit_since or now
    outgoing.not_before, outgoing.last_error = not_before, f"{reason}: {message}"
    outgoing.save(update_fields=["awaiting_limit_since", "not_before", "last_error"])
    if is_new:
        emit_transaction(
            outgoing,
            type="transaction.awaiting_limit",
            mode=desk.mode,
            now=now,
            limit_reason=reason,
        )


@db_transaction.atomic
def attempt_was_broadcast(
    *, desk: Desk, attempt_id: UUID, is_private: bool = False, error: str, now: datetime
) -> None:
    """A node, or the private relay, was given the bytes and took them, or said why it does not."""
    leases.check(handle=desk.lease)
    attempt = OutgoingAttempt.objects.select_for_update().get(id=attempt_id)
    attempt.broadcasts += 1
    attempt.first_broadcast_at = attempt.first_broadcast_at or now
    attempt.last_broadcast_at = now
    attempt.last_error = error
    if is_private:
        attempt.relayed_at = attempt.relayed_at or now
    else:
        attempt.published_at = attempt.published_at or now
    attempt.save(
        update_fields=[
            "broadcasts",
            "first_broadcast_at",
            "last_broadcast_at",
            "relayed_at",
            "published_at",
            "last_error",
        ]
    )
    if not error:
        OutgoingTransaction.objects.filter(id=attempt.transaction_id, status="signed").update(
            status="sent", sent_at=now, awaiting_gas_since=None
        )


@db_transaction.atomic
def private_counted_from(*, desk: Desk, transaction_id: UUID, block: int) -> None:
    """From here on blocks without it count towards giving it to the public mempool."""
    leases.check(handle=desk.lease)
    OutgoingTransaction.objects.filter(id=transaction_id, private_since_block=None).update(
        private_since_block=block
    )


@db_transaction.atomic
def transaction_unsendable(
    *, desk: Desk, transaction_id: UUID, code: str, reason: str, now: datetime
) -> bool:
    """It would revert: it fails without a nonce, at no cost. False if it has moved on."""
    outgoing = transaction_locked(desk, transaction_id)
    if outgoing.status != "queued":
        return False
    end_unmined(outgoing, mode=desk.mode, code=code, reason=reason, now=now)
    return True


@db_transaction.atomic
def transaction_awaits_gas(
    *, desk: Desk, transaction_id: UUID, needed: int, available: int, asset: str, now: datetime
) -> None:
    """The account lacks wei; said once until it goes on."""
    outgoing = transaction_locked(desk, transaction_id)
    if outgoing.awaiting_gas_since is not None or outgoing.status not in ("queued", "signed"):
        return
    outgoing.awaiting_gas_since = now
    outgoing.save(update_fields=["awaiting_gas_since"])
    emit_transaction(
        outgoing,
        type="transaction.awaiting_gas",
        mode=desk.mode,
        now=now,
        asset=asset,
        needed_units=str(needed),
        available_units=str(available),
    )


@db_transaction.atomic
def transaction_delayed(*, desk: Desk, transaction_id: UUID, error: str) -> None:
    """Remember for people why it is not sent yet."""
    leases.check(handle=desk.lease)
    OutgoingTransaction.objects.filter(id=transaction_id).exclude(last_error=error).update(
        last_error=error
    )


@db_transaction.atomic
def queue_delayed(*, desk: Desk, chain_id: int, account: bytes, error: str) -> None:
    """Remember for people why nothing of an account is sent."""
    leases.check(handle=desk.lease)
    OutgoingTransaction.objects.filter(chain_id=chain_id, account=account, status="queued").exclude(
        last_error=error
    ).update(last_error=error)


@db_transaction.atomic
def transaction_mined(*, desk: Desk, transaction_id: UUID, receipt: Receipt, now: datetime) -> None:
    """It is in a block; said of one that succeeded only, since nothing but its end is certain."""
    outgoing = transaction_locked(desk, transaction_id)
    if outgoing.status not in ("signed", "sent", "mined"):
        return
    if outgoing.status == "mined":
        if bytes(outgoing.block_hash or b"") == receipt.block_hash:
            return
        _say_orphaned(desk, outgoing, now=now)
    take_receipt(outgoing, receipt, now=now)
    if outgoing.outcome == "succeeded":
        emit_transaction(
            outgoing, type="transaction.mined", mode=desk.mode, now=now, logs=receipt.logs
        )


@db_transaction.atomic
def transaction_orphaned(*, desk: Desk, transaction_id: UUID, now: datetime) -> None:
    """A reorg took it out of its block; it keeps its nonce and its bytes, and is sent again."""
    outgoing = transaction_locked(desk, transaction_id)
    if outgoing.status != "mined":
        return
    _say_orphaned(desk, outgoing, now=now)
    outgoing.status, outgoing.outcome, outgoing.sent_at = "sent", "", now
    # Which of its attempts was mined stays known: those very bytes go out again first.
    outgoing.block_number = outgoing.block_hash = outgoing.mined_at = None
    outgoing.gas_used = outgoing.effective_gas_price = outgoing.fee_units = None
    # It had been mined in time: the blocks that a relay may need are counted anew.
    outgoing.private_since_block = None
    doubt_over(outgoing)
    outgoing.save()


@db_transaction.atomic
def transaction_final(*, desk: Desk, transaction_id: UUID, receipt: Receipt, now: datetime) -> str:
    """No reorg is expected any more: it has ended. Its outcome, or "" if it has moved on."""
    outgoing = transaction_locked(desk, transaction_id)
    if outgoing.status != "mined" or bytes(outgoing.block_hash or b"") != receipt.block_hash:
        return ""
    end_mined(outgoing, receipt, mode=desk.mode, now=now)
    return outgoing.outcome


def transaction_locked(desk: Desk, transaction_id: UUID) -> OutgoingTransaction:
    """The row, locked for the caller's transaction, if the lease still holds."""
    leases.check(handle=desk.lease)
    return OutgoingTransaction.objects.select_for_update().get(id=transaction_id)


def _say_orphaned(desk: Desk, outgoing: OutgoingTransaction, *, now: datetime) -> None:
    if outgoing.outcome == "succeeded":
        emit_transaction(outgoing, type="transaction.orphaned", mode=desk.mode, now=now)
