"""What has a nonce is followed: into a block, back out of it, to its end."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import structlog

from gateway.chains import outgoing_services as services
from gateway.chains.outgoing.attempts import receipt_of, signed_attempts, unsigned_attempt
from gateway.chains.outgoing.courier import Courier
from gateway.chains.outgoing.doubting import Doubting
from gateway.chains.outgoing.head import Account, Head
from gateway.chains.outgoing.means import Means
from gateway.chains.outgoing.replacing import Replacing
from gateway.chains.outgoing_models import UNDER_WAY, OutgoingAttempt, OutgoingTransaction
from gateway.chains.receipts import Receipt, parse_receipt
from gateway.chains.rpc_words import hex_of
from gateway.chains.sender_metrics import ENDED, LAST_FEE
from gateway.custody.errors import SignerDown
from gateway.events.points import point
from gateway.outside.errors import NodeError
from gateway.outside.rpc import Call

log = structlog.get_logger(__name__)

RECEIPTS_PER_QUESTION = 100


class Following:
    """Follows the transactions of an account that are signed and not final."""

    def __init__(self, means: Means, *, courier: Courier) -> None:
        self._means = means
        self._courier = courier
        self._replacing = Replacing(means, courier=courier)
        self._doubting = Doubting(means, mined=self._mined)

    def follow(self, account: Account, head: Head) -> None:
        """One look at each, oldest nonce first."""
        under_way = self._under_way(account)
        receipts = self._receipts(
            attempt for outgoing in under_way for attempt in signed_attempts(outgoing)
        )
        unseen = [
            one for one in under_way if one.status == "mined" and not receipt_of(one, receipts)
        ]
        lost = self._lost_blocks(unseen, head)
        for outgoing in under_way:
            receipt = receipt_of(outgoing, receipts)
            if receipt is not None:
                self._mined(outgoing, receipt, head)
            elif outgoing.status == "mined":
                self._vanished(outgoing, head, is_lost=outgoing.id in lost)
            else:
                self._push(outgoing, account, head)

    def _under_way(self, account: Account) -> list[OutgoingTransaction]:
        return list(
            OutgoingTransaction.objects.filter(
                chain=self._means.chain, account=account.address, status__in=UNDER_WAY
            )
            .prefetch_related("attempts")
            .order_by("nonce")[: self._means.options.max_follow]
        )

    # --- what the chain says -----------------------------------------------------------------

    def _receipts(self, attempts: Iterable[OutgoingAttempt]) -> dict[bytes, Receipt]:
        hashes = [bytes(attempt.tx_hash or b"") for attempt in attempts]
        receipts: dict[bytes, Receipt] = {}
        for start in range(0, len(hashes), RECEIPTS_PER_QUESTION):
            part = hashes[start : start + RECEIPTS_PER_QUESTION]
            for tx_hash, answer in zip(part, self._told_receipts(part), strict=True):
                receipt = parse_receipt(answer)
                if receipt is not None and receipt.tx_hash == tx_hash:
                    receipts[tx_hash] = receipt
        return receipts

    def _told_receipts(self, hashes: Sequence[bytes]) -> list[Any]:
        calls: list[Call] = [("eth_getTransactionReceipt", (hex_of(h),)) for h in hashes]
        try:
            return self._means.node.ask(*calls)
        except NodeError:
            # One that the node dropped and refuses must not keep the others from being seen.
            return [self._told_or_none(call) for call in calls]

    def _told_or_none(self, call: Call) -> Any:
        try:
            [answer] = self._means.node.ask(call)
        except NodeError:
            return None
        return answer

    def _lost_blocks(self, mined: Sequence[OutgoingTransaction], head: Head) -> set[UUID]:
        """Which of these transactions' blocks are certainly not part of the chain any more.

        A node that merely lags knows no receipt either; it has no other block in that place.
        """
        reached = [outgoing for outgoing in mined if (outgoing.block_number or 0) <= head.number]
        if not reached:
            return set()
        blocks = self._means.node.ask(
            *(("eth_getBlockByNumber", (hex(o.block_number or 0), False)) for o in reached)
        )
        return {
            outgoing.id
            for outgoing, block in zip(reached, blocks, strict=True)
            if block is not None and block.get("hash") != hex_of(bytes(outgoing.block_hash or b""))
        }

    def _is_canonical(self, receipt: Receipt) -> bool:
        [block] = self._means.node.ask(
            ("eth_getBlockByNumber", (hex(receipt.block_number), False)),
        )
        return block is not None and block.get("hash") == hex_of(receipt.block_hash)

    # --- what follows from it ----------------------------------------------------------------

    def _mined(self, outgoing: OutgoingTransaction, receipt: Receipt, head: Head) -> None:
        means = self._means
        means.reached("receipt_seen")
        point("sender.receipt_seen")
        services.transaction_mined(
            desk=means.desk, transaction_id=outgoing.id, receipt=receipt, now=means.clock()
        )
        LAST_FEE.labels(str(means.chain.id)).set(receipt.fee_units)
        if head.number - receipt.block_number < means.chain.finality_blocks:
            return
        if not self._is_canonical(receipt):
            return
        means.reached("final_seen")
        point("sender.final_seen")
        outcome = services.transaction_final(
            desk=means.desk, transaction_id=outgoing.id, receipt=receipt, now=means.clock()
        )
        if outcome:
            ENDED.labels(str(means.chain.id), outcome).inc()

    def _vanished(self, outgoing: OutgoingTransaction, head: Head, *, is_lost: bool) -> None:
        if not is_lost:
            self._doubting.look_for_receipt(outgoing, head)
        else:
            log.warning("transaction_orphaned", transaction_id=str(outgoing.id))
            services.transaction_orphaned(
                desk=self._means.desk, transaction_id=outgoing.id, now=self._means.clock()
            )
            outgoing.private_since_block = None
        self._courier.repeat(outgoing, at_once=is_lost)

    def _push(self, outgoing: OutgoingTransaction, account: Account, head: Head) -> None:
        """Bring a signed transaction nearer to a block."""
        if account.count > (outgoing.nonce or 0):
            self._doubting.settle_taken_nonce(outgoing, head)
        elif not self._tried_anew(outgoing, account, head):
            self._courier.repeat(outgoing)

    def _tried_anew(self, outgoing: OutgoingTransaction, account: Account, head: Head) -> bool:
        """Whether an attempt of its own round is on its way: one left unsigned, or a dearer one."""
        unsigned = unsigned_attempt(outgoing)
        if unsigned is None:
            return self._replacing.replace_if_stuck(outgoing, account, head)
        try:
            return self._courier.sign_and_send(outgoing, unsigned)
        except SignerDown:
            return False
