"""The sender's way to its chain's nodes: as the watcher's, but a refusal is an answer here.

A node that would not run a call, or not take some bytes, has said something about the
transaction; it is not at fault.
"""

from collections.abc import Sequence
from typing import Any

from gateway.chains.errors import MalformedAnswer, NodeFault, WrongChainId
from gateway.outside.errors import NodeDown, NodeMalformed
from gateway.outside.rpc import Call, JsonRpc

TIMEOUT_SECONDS = 10.0
NODE_TROUBLE = (NodeDown, NodeMalformed, NodeFault)
"""What leaves everything as it is, to be tried again."""


class SendingNode:
    """Several nodes of one chain, one of them in use. For one thread."""

    def __init__(
        self, *, chain_id: int, urls: Sequence[str], timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        if not urls:
            raise ValueError(f"chain {chain_id} has no node")
        self.chain_id = chain_id
        self._urls = list(urls)
        self._timeout_seconds = timeout_seconds
        self._current = 0
        self._connection: JsonRpc | None = None

    def ask(self, *calls: Call) -> list[Any]:
        """The results of several calls from one node, which must serve our chain.

        Raises:
            NodeError: the node refused one of them.
            NodeDown, NodeMalformed, NodeFault: it is of no use.
        """
        if self._connection is None:
            self._connection = JsonRpc(
                self._urls[self._current], timeout_seconds=self._timeout_seconds
            )
        told_id, *results = self._connection.batch((("eth_chainId", ()), *calls))
        self._check_chain(told_id)
        return results

    def turn_to_next(self) -> None:
        """Ask another node from now on: this one was of no use."""
        self.close()
        self._current = (self._current + 1) % len(self._urls)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _check_chain(self, told: Any) -> None:
        try:
            told_id = int(told, 16)
        except (TypeError, ValueError) as error:
            raise MalformedAnswer("a chain id that isn't a quantity") from error
        if told_id != self.chain_id:
            raise WrongChainId(f"serves chain {told_id}, not {self.chain_id}")
