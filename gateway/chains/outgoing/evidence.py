"""What a person's decision about a transaction in doubt must be able to show. Asks nodes only."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from gateway.chains.outgoing.attempts import signed_attempts
from gateway.chains.outgoing.doubting import work_of
from gateway.chains.outgoing.taken_nonce import Taker
from gateway.chains.outgoing.witnesses import SILENT, Witness
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.chains.receipts import Receipt
from gateway.events.errors import TillwayError
from gateway.outside.errors import NodeError

Answer = TypeVar("Answer")


class NotProved(TillwayError):
    code = "transaction_not_proved"
    message = "No node shows that."
    hint = "Name one that keeps all receipts and transactions (--node URL)."
    status = 409


def taken_proof(
    outgoing: OutgoingTransaction, tx_hash: bytes, *, nodes: Sequence[Witness]
) -> Taker:
    """Another transaction of the account that a node shows in a final block, with our nonce.

    Raises:
        NotProved: no node shows it, one shows ours, or it is ours or did what ours does.
    """
    ours = _hashes(outgoing)
    if tx_hash in ours:
        raise NotProved("This is one of the transaction's own attempts.")
    if any(receipt for receipt in _told(nodes, lambda node: node.receipt_of_any(ours))):
        raise NotProved("A node has a receipt of ours: it was mined. See --mined.")
    account, nonce = bytes(outgoing.account), outgoing.nonce or 0
    takers = _told(nodes, lambda node: node.mined_as(tx_hash, account=account, nonce=nonce))
    taker = next((taker for taker in takers if taker is not None), None)
    if taker is None:
        raise NotProved("No node shows that the account sent this transaction with that nonce.")
    if work_of(outgoing).is_done_by(taker):
        raise NotProved("It did the same as ours: to settle it as taken would pay twice.")
    _check_final(outgoing, nodes, number=taker.block_number, block_hash=taker.block_hash)
    return taker


def mined_proof(outgoing: OutgoingTransaction, *, nodes: Sequence[Witness]) -> Receipt:
    """The receipt of one of the attempts, in a block that is final.

    Raises:
        NotProved: no node has one, or the nodes do not agree on its block.
    """
    receipts = _told(nodes, lambda node: node.receipt_of_any(_hashes(outgoing)))
    receipt = next((receipt for receipt in receipts if receipt is not None), None)
    if receipt is None:
        raise NotProved("No node has a receipt of any of its attempts.")
    _check_final(outgoing, nodes, number=receipt.block_number, block_hash=receipt.block_hash)
    return receipt


def _hashes(outgoing: OutgoingTransaction) -> list[bytes]:
    return [bytes(attempt.tx_hash or b"") for attempt in signed_attempts(outgoing)]


def _check_final(
    outgoing: OutgoingTransaction, nodes: Sequence[Witness], *, number: int, block_hash: bytes
) -> None:
    """Every node that tells must have the block, deep enough."""
    depth = outgoing.chain.finality_blocks
    told = _told(
        nodes, lambda node: node.is_final(number=number, block_hash=block_hash, depth=depth)
    )
    if not told or not all(told):
        raise NotProved(f"Its block {number} is not final by every node that answers.")


def _told(nodes: Sequence[Witness], question: Callable[[Witness], Answer]) -> list[Answer]:
    """The answers of those that answer."""
    answers = []
    for node in nodes:
        try:
            answers.append(question(node))
        except (*SILENT, NodeError):
            continue
    return answers
