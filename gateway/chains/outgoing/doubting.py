"""A nonce is used and none of our attempts has a receipt: nothing ends without a proof.

A node that dropped receipts looks like one whose chain has another transaction with our nonce. To
take the one for the other would give a payout's money back while it was paid. So all of the
chain's nodes are asked who used the nonce, and what none of them proves waits for a person.
"""

from collections.abc import Callable
from datetime import timedelta

import structlog

from gateway.chains import outgoing_doubts as services
from gateway.chains.outgoing.attempts import signed_attempts
from gateway.chains.outgoing.head import Head
from gateway.chains.outgoing.means import Means
from gateway.chains.outgoing.taken_nonce import (
    Judgement,
    LostOurs,
    MinedOurs,
    Stranger,
    Unproved,
    Work,
    judge,
)
from gateway.chains.outgoing.witnesses import witnesses_of
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.chains.receipts import Receipt
from gateway.chains.rpc_words import hex_of, parse_quantity
from gateway.chains.sender_metrics import ENDED
from gateway.outside.errors import NodeError

log = structlog.get_logger(__name__)

TakeReceipt = Callable[[OutgoingTransaction, Receipt, Head], None]


class Doubting:
    """Settles what became of a transaction whose receipt is missing, where that can be proved."""

    def __init__(self, means: Means, *, mined: TakeReceipt) -> None:
        self._means = means
        self._mined = mined

    def settle_taken_nonce(self, outgoing: OutgoingTransaction, head: Head) -> None:
        """Its nonce is used, and the node in use has no receipt of it."""
        final = head.number - self._means.chain.finality_blocks
        if final < 0 or not self._is_time(outgoing) or self._may_change(outgoing, final=final):
            return
        judgement = self._judgement(outgoing, final=final)
        self._means.reached("judged")
        match judgement:
            case MinedOurs(receipt):
                self._mined(outgoing, receipt, head)
            case LostOurs(taker, signed):
                log.warning(
                    "attempt_adopted",
                    transaction_id=str(outgoing.id),
                    tx_hash=hex_of(taker.tx_hash),
                )
                services.attempt_adopt(
                    desk=self._means.desk,
                    transaction_id=outgoing.id,
                    signed=signed,
                    now=self._means.clock(),
                )
            case Stranger(taker):
                self._end(outgoing, tx_hash=taker.tx_hash, block=taker.block_number)
            case Unproved(reason):
                self._doubt(outgoing, reason)

    def look_for_receipt(self, outgoing: OutgoingTransaction, head: Head) -> None:
        """It was seen mined, its block is final, and the node in use has its receipt no more."""
        final = head.number - self._means.chain.finality_blocks
        if (outgoing.block_number or 0) > final or not self._is_time(outgoing):
            return
        judgement = self._judgement(outgoing, final=final)
        self._means.reached("judged")
        if isinstance(judgement, MinedOurs):
            self._mined(outgoing, judgement.receipt, head)
        else:
            self._doubt(outgoing, f"Mined in block {outgoing.block_number}; no node shows it now.")

    def _is_time(self, outgoing: OutgoingTransaction) -> bool:
        return outgoing.not_before is None or self._means.clock() >= outgoing.not_before

    def _may_change(self, outgoing: OutgoingTransaction, *, final: int) -> bool:
        """Whether a reorg may still free the nonce, by the node in use."""
        try:
            [count] = self._means.node.ask(
                ("eth_getTransactionCount", (hex_of(bytes(outgoing.account)), hex(final)))
            )
        except NodeError:
            return False  # it dropped that block's state: perhaps another node has it
        return parse_quantity(count) <= (outgoing.nonce or 0)

    def _judgement(self, outgoing: OutgoingTransaction, *, final: int) -> Judgement:
        ours = [bytes(attempt.tx_hash or b"") for attempt in signed_attempts(outgoing)]
        statements = []
        for witness in witnesses_of(self._means.node, keep=self._means.keep_lease):
            try:
                statements.append(
                    witness.testify(
                        account=bytes(outgoing.account),
                        nonce=outgoing.nonce or 0,
                        ours=ours,
                        final=final,
                    )
                )
            finally:
                witness.close()
        return judge(statements, ours=ours, work=work_of(outgoing))

    def _end(self, outgoing: OutgoingTransaction, *, tx_hash: bytes, block: int) -> None:
        log.error("transaction_nonce_taken", transaction_id=str(outgoing.id), by=hex_of(tx_hash))
        if services.transaction_nonce_taken(
            desk=self._means.desk,
            transaction_id=outgoing.id,
            tx_hash=tx_hash,
            block=block,
            now=self._means.clock(),
        ):
            ENDED.labels(str(self._means.chain.id), "nonce_taken").inc()

    def _doubt(self, outgoing: OutgoingTransaction, reason: str) -> None:
        now = self._means.clock()
        if services.transaction_doubted(
            desk=self._means.desk,
            transaction_id=outgoing.id,
            reason=f"{reason} See `manage.py transactions settle`."[:600],
            ask_again_at=now + timedelta(seconds=self._means.options.doubt_retry_seconds),
            now=now,
        ):
            log.error("transaction_in_doubt", transaction_id=str(outgoing.id), reason=reason)
        self._means.reached("doubted")


def work_of(outgoing: OutgoingTransaction) -> Work:
    """What the transaction does, whatever its fees."""
    return Work(to=bytes(outgoing.to), value=outgoing.value, data=bytes(outgoing.data))
