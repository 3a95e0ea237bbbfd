"""How a transaction's row takes its receipt and how it ends; in the caller's transaction."""

from datetime import datetime

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.chains.receipts import Receipt
from gateway.chains.transaction_events import emit_transaction

ENDS = {
    "succeeded": ("final", "transaction.final"),
    "reverted": ("failed", "transaction.failed"),
    "cancelled": ("cancelled", "transaction.cancelled"),
}
"""Status and event of each outcome, once no reorg is expected to undo it."""


def take_receipt(outgoing: OutgoingTransaction, receipt: Receipt, *, now: datetime) -> None:
    """One of its attempts is in a block; whatever was doubted is known now."""
    attempt = outgoing.attempts.get(tx_hash=receipt.tx_hash)
    outgoing.status = "mined"
    if attempt.kind == "cancel":
        outgoing.outcome = "cancelled"
    else:
        outgoing.outcome = "succeeded" if receipt.succeeded else "reverted"
    outgoing.mined_hash = receipt.tx_hash
    outgoing.block_number = receipt.block_number
    outgoing.block_hash = receipt.block_hash
    outgoing.gas_used = receipt.gas_used
    outgoing.effective_gas_price = receipt.effective_gas_price
    outgoing.fee_units = receipt.fee_units
    outgoing.mined_at = now
    outgoing.sent_at = outgoing.sent_at or now
    doubt_over(outgoing)
    outgoing.save()


def end_mined(outgoing: OutgoingTransaction, receipt: Receipt, *, mode: str, now: datetime) -> None:
    """Its block is final."""
    outgoing.status, event = ENDS[outgoing.outcome]
    outgoing.ended_at = now
    if outgoing.outcome == "reverted":
        outgoing.failure_code = "reverted"
        outgoing.failure_reason = "The contract undid the transaction."
    doubt_over(outgoing)
    outgoing.save()
    emit_transaction(outgoing, type=event, mode=mode, now=now, logs=receipt.logs)


def end_unmined(
    outgoing: OutgoingTransaction, *, mode: str, code: str, reason: str, now: datetime
) -> None:
    """It fails at no cost: it was never sent, or never can be mined."""
    outgoing.status, outgoing.ended_at = "failed", now
    outgoing.failure_code, outgoing.failure_reason = code, reason
    doubt_over(outgoing)
    outgoing.save()
    emit_transaction(outgoing, type="transaction.failed", mode=mode, now=now)


def end_nonce_taken(
    outgoing: OutgoingTransaction, *, tx_hash: bytes, block: int, mode: str, now: datetime
) -> None:
    """Another transaction of the account was mined with its nonce: it never can be."""
    end_unmined(
        outgoing,
        mode=mode,
        code="nonce_taken",
        reason=(
            f"The account's nonce was used by 0x{tx_hash.hex()} in block {block},"
            " which is not ours."
        ),
        now=now,
    )


def doubt_over(outgoing: OutgoingTransaction) -> None:
    """Which transaction used the nonce is known. The caller saves the row."""
    if outgoing.doubted_since is not None:
        outgoing.doubted_since = outgoing.not_before = None
        outgoing.last_error = ""
