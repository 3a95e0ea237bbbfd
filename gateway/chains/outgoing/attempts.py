"""Which of a transaction's attempts counts for what. No query where they were read along."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from gateway.chains.outgoing_models import OutgoingAttempt, OutgoingTransaction
from gateway.chains.receipts import Receipt


def signed_attempts(outgoing: OutgoingTransaction) -> list[OutgoingAttempt]:
    return [attempt for attempt in outgoing.attempts.all() if attempt.raw is not None]


def unsigned_attempt(outgoing: OutgoingTransaction) -> OutgoingAttempt | None:
    """The attempt that was written down and not signed yet, if there is one."""
    for attempt in outgoing.attempts.all():
        if attempt.raw is None and not attempt.refusal:
            return attempt
    return None


def attempt_to_repeat(outgoing: OutgoingTransaction) -> OutgoingAttempt | None:
    """The bytes to send again: those that a reorg dropped, else the newest ones."""
    signed = signed_attempts(outgoing)
    for attempt in signed:
        if outgoing.mined_hash is not None and attempt.tx_hash == outgoing.mined_hash:
            return attempt
    return newest(signed)


def newest(attempts: Sequence[OutgoingAttempt]) -> OutgoingAttempt | None:
    return max(attempts, key=lambda attempt: attempt.number, default=None)


def receipt_of(outgoing: OutgoingTransaction, receipts: Mapping[bytes, Receipt]) -> Receipt | None:
    """The receipt of whichever attempt was mined."""
    for attempt in signed_attempts(outgoing):
        receipt = receipts.get(bytes(attempt.tx_hash or b""))
        if receipt is not None:
            return receipt
    return None


def wants_cancelling(outgoing: OutgoingTransaction) -> bool:
    """Whether it is to be cancelled and no attempt does so yet."""
    return outgoing.cancel_requested_at is not None and not any(
        attempt.kind == "cancel" for attempt in outgoing.attempts.all()
    )


def last_tried_at(outgoing: OutgoingTransaction) -> datetime:
    """When it was sent, or the newest attempt was written down, whichever is later."""
    tried: datetime = max(attempt.created_at for attempt in outgoing.attempts.all())
    return max(tried, outgoing.sent_at or tried)


def reserved_wei(outgoing: OutgoingTransaction) -> int:
    """Wei that a transaction under way may still take."""
    fees: int = max(
        (attempt.gas_limit * attempt.max_fee_per_gas for attempt in signed_attempts(outgoing)),
        default=0,
    )
    return outgoing.value + fees
