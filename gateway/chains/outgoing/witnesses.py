"""The nodes of a chain, each asked by itself what became of a nonce."""

from collections.abc import Callable, Sequence
from typing import Any

from gateway.chains.errors import NodeFault
from gateway.chains.node_line import NodeLine
from gateway.chains.outgoing.taken_nonce import (
    Statement,
    Taker,
    block_that_used,
    taker_in,
)
from gateway.chains.receipts import Receipt, parse_receipt
from gateway.chains.rpc_words import hex_of, parse_quantity
from gateway.outside.errors import NodeDown, NodeError, NodeMalformed
from gateway.outside.rpc import Call

SILENT = (NodeDown, NodeMalformed, NodeFault)
"""No answer that could be used: what the node knows remains unknown."""


class Witness:
    """One node of a chain. ``name`` is for people; its address may hold a key and is not told.

    Args:
        keep: called before each question: a search has many, and a lease runs out meanwhile.
    """

    def __init__(self, node: NodeLine, *, name: str, keep: Callable[[], None]) -> None:
        self.name = name
        self._node = node
        self._keep = keep

    def close(self) -> None:
        self._node.close()

    def testify(
        self, *, account: bytes, nonce: int, ours: Sequence[bytes], final: int
    ) -> Statement:
        """What the node shows: a receipt of ours, and which transaction used the nonce.

        Args:
            ours: hashes of our attempts.
            final: number of a block that no reorg is expected to undo.
        """
        receipt: Receipt | None = None
        try:
            receipt = self.receipt_of_any(ours)
            return self._search(account, nonce, final, receipt)
        except NodeError as error:
            lack = f"does not tell ({error.rpc_message[:120]})."
            return Statement(node=self.name, receipt=receipt, lack=lack)
        except SILENT as trouble:
            lack = f"does not answer ({str(trouble)[:120]})."
            return Statement(node=self.name, receipt=receipt, lack=lack, is_silent=True)

    def _search(self, account: bytes, nonce: int, final: int, receipt: Receipt | None) -> Statement:
        def count_after(number: int) -> int:
            call: Call = ("eth_getTransactionCount", (hex_of(account), hex(number)))
            return parse_quantity(self._ask(call))

        if parse_quantity(self._ask(("eth_blockNumber", ()))) < final:
            return Statement(
                node=self.name, receipt=receipt, lack=f"lags behind block {final}.", is_silent=True
            )
        if count_after(final) <= nonce:
            return Statement(
                node=self.name,
                receipt=receipt,
                lack=f"says that the nonce is free at block {final}.",
                denies=True,
            )
        number = block_that_used(count_after, nonce=nonce, final=final)
        block = self._ask(("eth_getBlockByNumber", (hex(number), True)))
        taker = taker_in(block, account=account, nonce=nonce)
        lack = "" if taker else f"shows no such transaction in block {number}."
        return Statement(node=self.name, receipt=receipt, taker=taker, lack=lack)

    def receipt_of_any(self, hashes: Sequence[bytes]) -> Receipt | None:
        """The receipt of whichever of these was mined, as far as the node has it.

        Raises:
            NodeDown, NodeMalformed, NodeFault: it does not answer.
        """
        for tx_hash in hashes:
            try:
                told = parse_receipt(self._ask(("eth_getTransactionReceipt", (hex_of(tx_hash),))))
            except NodeError:
                continue
            if told is not None and told.tx_hash == tx_hash:
                return told
        return None

    def mined_as(self, tx_hash: bytes, *, account: bytes, nonce: int) -> Taker | None:
        """A transaction by its hash, if it is in a block and the account's with this nonce.

        Raises:
            NodeDown, NodeMalformed, NodeFault: the node does not answer.
        """
        try:
            told = self._ask(("eth_getTransactionByHash", (hex_of(tx_hash),)))
        except NodeError:
            return None
        if told is None or told.get("blockNumber") is None:
            return None
        taker = taker_in({"transactions": [told]}, account=account, nonce=nonce)
        return taker if taker is not None and taker.tx_hash == tx_hash else None

    def is_final(self, *, number: int, block_hash: bytes, depth: int) -> bool:
        """Whether a block is part of the node's chain, ``depth`` blocks below its head.

        Raises:
            NodeError, NodeDown, NodeMalformed, NodeFault: the node does not tell.
        """
        head = parse_quantity(self._ask(("eth_blockNumber", ())))
        block = self._ask(("eth_getBlockByNumber", (hex(number), False)))
        return head - number >= depth and block is not None and block["hash"] == hex_of(block_hash)

    def _ask(self, call: Call) -> Any:
        self._keep()
        [answer] = self._node.ask(call)
        return answer


def witnesses_of(line: NodeLine, *, keep: Callable[[], None] = lambda: None) -> list[Witness]:
    """Every node of a line, the one in use first."""
    return [Witness(node, name=f"Node {place}", keep=keep) for place, node in line.each()]
