"""A person's decision about a transaction in doubt, with what shows it and who made it.

The proof was gathered from nodes before (``outgoing.evidence``); here it becomes rows and events:
``transaction.settled`` names the person, the reason and the proof, beside the event that ends it.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction as db_transaction

from gateway.chains.outgoing.taken_nonce import Taker
from gateway.chains.outgoing_ends import end_mined, end_nonce_taken, take_receipt
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.chains.receipts import Receipt
from gateway.chains.rpc_words import hex_of
from gateway.chains.sending import TransactionUnknown
from gateway.chains.transaction_events import emit_transaction
from gateway.events.errors import TillwayError


class NotInDoubt(TillwayError):
    code = "transaction_not_in_doubt"
    message = "Nothing is doubted about this transaction."
    hint = "Only what the sender could not settle by itself is settled by a person."
    status = 409


def transaction_in_doubt(transaction_id: UUID) -> OutgoingTransaction:
    """One that waits for a person. Two queries with its attempts.

    Raises:
        TransactionUnknown, NotInDoubt
    """
    rows = OutgoingTransaction.objects.select_related("chain").prefetch_related("attempts")
    outgoing = rows.filter(id=transaction_id).first()
    if outgoing is None:
        raise TransactionUnknown
    _check(outgoing)
    return outgoing


@db_transaction.atomic
def transaction_settle_taken(
    *, transaction_id: UUID, taker: Taker, by: str, reason: str, now: datetime
) -> OutgoingTransaction:
    """It never can be mined: ``taker`` was, with its nonce. It fails, and nothing was paid by it.

    Raises:
        TransactionUnknown, NotInDoubt
    """
    outgoing = _locked(transaction_id)
    if outgoing.status == "mined":
        raise NotInDoubt("It was seen in a block: only a receipt can settle it.")
    _say_settled(outgoing, "nonce_taken", taker.tx_hash, by=by, reason=reason, now=now)
    end_nonce_taken(
        outgoing,
        tx_hash=taker.tx_hash,
        block=taker.block_number,
        mode=outgoing.chain.mode,
        now=now,
    )
    return outgoing


@db_transaction.atomic
def transaction_settle_mined(
    *, transaction_id: UUID, receipt: Receipt, by: str, reason: str, now: datetime
) -> OutgoingTransaction:
    """One of its attempts was mined, finally, as ``receipt`` says.

    Raises:
        TransactionUnknown, NotInDoubt
    """
    outgoing = _locked(transaction_id)
    _say_settled(outgoing, "mined", receipt.tx_hash, by=by, reason=reason, now=now)
    take_receipt(outgoing, receipt, now=now)
    end_mined(outgoing, receipt, mode=outgoing.chain.mode, now=now)
    return outgoing


def _locked(transaction_id: UUID) -> OutgoingTransaction:
    outgoing = OutgoingTransaction.objects.select_for_update().filter(id=transaction_id).first()
    if outgoing is None:
        raise TransactionUnknown
    _check(outgoing)
    return outgoing


def _check(outgoing: OutgoingTransaction) -> None:
    if outgoing.doubted_since is None:
        raise NotInDoubt


def _say_settled(
    outgoing: OutgoingTransaction,
    decision: str,
    tx_hash: bytes,
    *,
    by: str,
    reason: str,
    now: datetime,
) -> None:
    emit_transaction(
        outgoing,
        type="transaction.settled",
        mode=outgoing.chain.mode,
        now=now,
        decision=decision,
        shown_by=hex_of(tx_hash),
        settled_by=by,
        settled_because=reason,
        doubt=outgoing.last_error,
    )
