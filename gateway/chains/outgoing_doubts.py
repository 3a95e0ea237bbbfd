"""The sender's verbs about a nonce that is used while none of its attempts has a receipt.

Like the other verbs of the sender: one transaction each, refused to one that lost its lease.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction as db_transaction
from django.db.models import Max

from gateway.chains.outgoing_ends import end_nonce_taken
from gateway.chains.outgoing_models import UNDER_WAY, OutgoingAttempt
from gateway.chains.outgoing_services import Desk, transaction_locked
from gateway.chains.transaction_events import emit_transaction
from gateway.custody.transactions import SignedTransaction, parse_signed
from gateway.events.ids import uuid7


@db_transaction.atomic
def transaction_doubted(
    *, desk: Desk, transaction_id: UUID, reason: str, ask_again_at: datetime, now: datetime
) -> bool:
    """What became of it can't be proved: it stays under way, and a person has to look.

    Its nonce is used, so nothing is signed for it any more. Whether the doubt is new; said by an
    event then.
    """
    outgoing = transaction_locked(desk, transaction_id)
    if outgoing.status not in UNDER_WAY:
        return False
    is_new = outgoing.doubted_since is None
    outgoing.doubted_since = outgoing.doubted_since or now
    outgoing.not_before, outgoing.last_error = ask_again_at, reason
    outgoing.save(update_fields=["doubted_since", "not_before", "last_error"])
    if is_new:
        emit_transaction(
            outgoing, type="transaction.doubted", mode=desk.mode, now=now, doubt=reason
        )
    return is_new


@db_transaction.atomic
def transaction_nonce_taken(
    *, desk: Desk, transaction_id: UUID, tx_hash: bytes, block: int, now: datetime
) -> bool:
    """Finally and provably, another transaction of this account was mined with its nonce.

    False if it has moved on.
    """
    outgoing = transaction_locked(desk, transaction_id)
    if outgoing.status not in ("signed", "sent"):
        return False
    end_nonce_taken(outgoing, tx_hash=tx_hash, block=block, mode=desk.mode, now=now)
    return True


@db_transaction.atomic
def attempt_adopt(
    *, desk: Desk, transaction_id: UUID, signed: SignedTransaction, now: datetime
) -> None:
    """Bytes that our key signed for this very transaction, and that no row knows, are its attempt.

    A database that was restored from a backup lacks those of the lost minutes.
    """
    outgoing = transaction_locked(desk, transaction_id)
    if outgoing.attempts.filter(tx_hash=signed.hash).exists():
        return
    unsigned, signer = parse_signed(signed.raw)
    if (signer, unsigned.nonce) != (bytes(outgoing.account), outgoing.nonce):
        raise ValueError("these bytes are another transaction's")
    last = outgoing.attempts.aggregate(last=Max("number"))["last"] or 0
    OutgoingAttempt.objects.create(
        id=uuid7(),
        transaction=outgoing,
        number=last + 1,
        kind="replace",
        nonce=unsigned.nonce,
        gas_limit=unsigned.gas_limit,
        max_fee_per_gas=unsigned.max_fee_per_gas,
        max_priority_fee_per_gas=unsigned.max_priority_fee_per_gas,
        raw=signed.raw,
        tx_hash=signed.hash,
        created_at=now,
    )
