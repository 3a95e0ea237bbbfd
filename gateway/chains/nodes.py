"""The nodes of one chain as those who listen use them: ask one until it fails, then the next;
believe none blindly."""

from collections.abc import Sequence
from typing import Any

import structlog

from gateway.chains.blocks import ToldBlock, parse_block
from gateway.chains.errors import MalformedAnswer, NodeFault, NodeRefused, NodeUnreachable
from gateway.chains.node_line import NodeLine
from gateway.chains.rpc_words import hex_of
from gateway.outside.errors import NodeDown, NodeError, NodeMalformed
from gateway.outside.rpc import Call

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 5.0


class Nodes:
    """Several nodes of one chain, one of them in use. Not for several threads at once."""

    def __init__(
        self, *, chain_id: int, urls: Sequence[str], timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        self.chain_id = chain_id
        self._line = NodeLine(chain_id=chain_id, urls=urls, timeout_seconds=timeout_seconds)

    @property
    def count(self) -> int:
        return len(self._line)

    def ask(self, *calls: Call) -> list[Any]:
        """The results of several calls from one node, in order.

        Raises:
            NodeFault: the answer can't be used. The next question goes to the next node.
        """
        try:
            return self._ask(*calls)
        except NodeFault as fault:
            self.distrust(fault)
            raise

    def distrust(self, fault: NodeFault) -> None:
        """Turn to the next node, for what the one in use did; once for each fault."""
        if fault.counted:
            return
        fault.counted = True
        log.warning(
            "chains.node_fault",
            chain_id=self.chain_id,
            node=self._line.current,
            reason=fault.reason,
            detail=str(fault)[:300],
        )
        self._line.turn_to_next(reason=fault.reason)

    def close(self) -> None:
        self._line.close()

    def latest(self) -> ToldBlock:
        """The newest block, transactions as hashes. Raises like ``ask``."""
        return self._block("eth_getBlockByNumber", "latest")

    def block_by_hash(self, block_hash: bytes) -> ToldBlock:
        """The block of a hash, transactions as hashes. Raises like ``ask``."""
        block = self._block("eth_getBlockByHash", hex_of(block_hash))
        if block.header.hash != block_hash:
            fault = MalformedAnswer("another block than the one asked for")
            self.distrust(fault)
            raise fault
        return block

    def block_at(self, number: int) -> ToldBlock:
        """The block of a height, transactions as hashes. Raises like ``ask``."""
        return self._block("eth_getBlockByNumber", hex(number))

    def _block(self, method: str, name: str) -> ToldBlock:
        (answer,) = self.ask((method, (name, False)))
        try:
            return parse_block(answer)
        except NodeFault as fault:
            self.distrust(fault)
            raise

    def _ask(self, *calls: Call) -> list[Any]:
        try:
            return self._line.ask(*calls)
        except NodeDown as error:
            raise NodeUnreachable(str(error)) from error
        except NodeMalformed as error:
            raise MalformedAnswer(str(error)) from error
        except NodeError as error:
            raise NodeRefused(str(error)) from error
