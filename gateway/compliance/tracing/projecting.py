"""The transfers we took part in, as the chain room tells of them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from gateway.chains.models import Deposit, OutgoingTransaction, Token
from gateway.chains.transfers import NATIVE_LOG_INDEX, TOPIC_CHARS, TRANSFER_TOPIC
from gateway.compliance.tracing.models import TracedTransfer

PURPOSES: Final = ("payout", "refund", "sweep", "withdrawal")
"""Of our transactions those that move what shoppers, shops and providers gave or get."""

_TRANSFER_TOPICS = 3


def deposit_record(deposit: Deposit) -> None:
    """Keep the transfer that a deposit is. Again is the same. One statement."""
    _keep(
        [
            TracedTransfer(
                chain_id=deposit.chain_id,
                asset=deposit.asset,
                sender=bytes(deposit.sender),
                recipient=bytes(deposit.address),
                units=deposit.claimed_units,
                block_number=deposit.block_number,
                block_hash=bytes(deposit.block_hash),
                tx_hash=bytes(deposit.tx_hash),
                log_index=deposit.log_index,
                trace_path=deposit.trace_path,
            )
        ]
    )


def deposit_forget(deposit: Deposit) -> None:
    """Its block is part of the chain no more; mined again, it is another transfer."""
    TracedTransfer.objects.filter(
        chain_id=deposit.chain_id,
        block_hash=bytes(deposit.block_hash),
        tx_hash=bytes(deposit.tx_hash),
        log_index=deposit.log_index,
        trace_path=deposit.trace_path,
    ).delete()


def transaction_record(*, transaction_id: UUID, logs: Sequence[Mapping[str, Any]]) -> None:
    """Keep what a final transaction of ours moved: tokens by its logs, native coin by its value.

    Tokens that we don't know, and logs that only look like a Transfer, are passed over. Three
    statements at most.
    """
    sent = OutgoingTransaction.objects.filter(id=transaction_id).first()
    if sent is None or sent.outcome != "succeeded" or sent.block_number is None:
        return
    block = sent.block_number
    tokens = {
        None if address is None else bytes(address): code
        for code, address in Token.objects.filter(chain_id=sent.chain_id).values_list(
            "code", "address"
        )
    }
    found = [
        kept for log in logs if (kept := _from_log(log, sent, tokens, block=block)) is not None
    ]
    if sent.value and None in tokens:
        found.append(
            _row(
                sent,
                block=block,
                asset=tokens[None],
                sender=bytes(sent.account),
                recipient=bytes(sent.to),
                units=sent.value,
                log_index=NATIVE_LOG_INDEX,
            )
        )
    _keep(found)


def _from_log(
    log: Mapping[str, Any],
    sent: OutgoingTransaction,
    tokens: Mapping[bytes | None, str],
    *,
    block: int,
) -> TracedTransfer | None:
    topics, data = log["topics"], log["data"]
    if len(topics) != _TRANSFER_TOPICS or topics[0] != TRANSFER_TOPIC or len(data) != TOPIC_CHARS:
        return None
    asset = tokens.get(bytes.fromhex(log["address"][2:]))
    if asset is None:
        return None
    return _row(
        sent,
        block=block,
        asset=asset,
        sender=bytes.fromhex(topics[1][26:]),
        recipient=bytes.fromhex(topics[2][26:]),
        units=int(data, 16),
        log_index=log["log_index"],
    )


def _row(sent: OutgoingTransaction, *, block: int, **facts: Any) -> TracedTransfer:
    return TracedTransfer(
        chain_id=sent.chain_id,
        block_number=block,
        block_hash=bytes(sent.block_hash or b""),
        tx_hash=bytes(sent.mined_hash or b""),
        **facts,
    )


def _keep(rows: list[TracedTransfer]) -> None:
    TracedTransfer.objects.bulk_create(rows, ignore_conflicts=True)
