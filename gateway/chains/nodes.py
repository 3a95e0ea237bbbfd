"""The nodes of one chain: ask one until it fails, then the next; believe none blindly."""

from collections.abc import Sequence
from typing import Any

import structlog

from gateway.chains.blocks import ToldBlock, parse_block, parse_quantity
from gateway.chains.errors import (
    MalformedAnswer,
    NodeFault,
    NodeRefused,
    NodeUnreachable,
    PartialAnswer,
    WrongChainId,
)
from gateway.outside.errors import NodeDown, NodeError, NodeMalformed
from gateway.outside.rpc import Call, JsonRpc

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 5.0
CHAIN_ID: Call = ("eth_chainId", ())


class Nodes:
    """Several nodes of one chain, one of them in use. Not for several threads at once."""

    def __init__(
        self, *, chain_id: int, urls: Sequence[str], timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        if not urls:
            raise ValueError(f"chain {chain_id} has no node")
        self.chain_id = chain_id
        self._timeout_seconds = timeout_seconds
        self._urls = list(urls)
        self._current = 0
        self._connection: JsonRpc | None = None

    @property
    def count(self) -> int:
        return len(self._urls)

    def ask(self, *calls: Call) -> list[Any]:
        """The results of several calls from one node, in order.

        The chain id is asked for along with every question: an address in front of many nodes
        may lead to the wrong one at any time.

        Raises:
            NodeFault: the answer can't be used. The next question goes to the next node.
        """
        try:
            told_id, *results = self._batch((CHAIN_ID, *calls))
            if parse_quantity(told_id) != self.chain_id:
                raise WrongChainId(f"serves chain {parse_quantity(told_id)}")
        except NodeFault as fault:
            self.distrust(fault)
            raise
        return results

    def distrust(self, fault: NodeFault) -> None:
        """Turn to the next node, for what the one in use did; once for each fault."""
        if fault.counted:
            return
        fault.counted = True
        log.warning(
            "chains.node_fault",
            chain_id=self.chain_id,
            node=self._current,
            reason=fault.reason,
            detail=str(fault)[:300],
        )
        self.close()
        self._current = (self._current + 1) % len(self._urls)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

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

    def _block(self, method: str, name: str) -> ToldBlock:
        (answer,) = self.ask((method, (name, False)))
        try:
            return parse_block(answer)
        except NodeFault as fault:
            self.distrust(fault)
            raise

    def _batch(self, calls: Sequence[Call]) -> list[Any]:
        if self._connection is None:
            self._connection = JsonRpc(
                self._urls[self._current], timeout_seconds=self._timeout_seconds
            )
        try:
            return self._connection.batch(calls)
        except NodeDown as error:
            raise NodeUnreachable(str(error)) from error
        except NodeMalformed as error:
            raise MalformedAnswer(str(error)) from error
        except NodeError as error:
            raise NodeRefused(str(error)) from error


def hex_of(value: bytes | int) -> str:
    """JSON-RPC's spelling of bytes, or of a quantity."""
    return hex(value) if isinstance(value, int) else "0x" + value.hex()


def list_answer(answer: object, *, of: str) -> list[Any]:
    """The answer, if it is a list.

    Raises:
        PartialAnswer: there is none.
        MalformedAnswer: it is something else.
    """
    if answer is None:
        raise PartialAnswer(f"no {of}")
    if not isinstance(answer, list):
        raise MalformedAnswer(f"{of} that aren't a list")
    return answer
