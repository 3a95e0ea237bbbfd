"""The configured nodes of one chain in a row, one of them in use."""

from collections.abc import Iterator, Sequence
from typing import Any

from gateway.chains.errors import WrongChainId
from gateway.chains.node_metrics import NODE_FAULTS
from gateway.chains.rpc_words import parse_quantity
from gateway.outside.rpc import Call, JsonRpc

TIMEOUT_SECONDS = 10.0
CHAIN_ID: Call = ("eth_chainId", ())


class NodeLine:
    """Asks the node in use until it is told to turn to the next. Not for several threads at once.

    What a node refuses is passed on as it is: one that would not run a call, or not take some
    bytes, has said something about the transaction and is not at fault.

    Attributes:
        current: place of the node in use among the configured ones, from 0.
    """

    def __init__(
        self, *, chain_id: int, urls: Sequence[str], timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        if not urls:
            raise ValueError(f"chain {chain_id} has no node")
        self.chain_id = chain_id
        self.current = 0
        self._urls = list(urls)
        self._timeout_seconds = timeout_seconds
        self._connection: JsonRpc | None = None

    def __len__(self) -> int:
        return len(self._urls)

    def each(self) -> Iterator[tuple[int, "NodeLine"]]:
        """Every node as a line of its own with its place, the one in use first.

        Whoever asks them closes them.
        """
        for turn in range(len(self._urls)):
            place = (self.current + turn) % len(self._urls)
            yield (
                place,
                NodeLine(
                    chain_id=self.chain_id,
                    urls=[self._urls[place]],
                    timeout_seconds=self._timeout_seconds,
                ),
            )

    def ask(self, *calls: Call) -> list[Any]:
        """The results of several calls from one node, which must serve our chain.

        The chain id is asked for along with every question: an address in front of many nodes
        may lead to the wrong one at any time.

        Raises:
            NodeError: the node refused one of them.
            NodeDown, NodeMalformed, NodeFault: it is of no use.
        """
        if self._connection is None:
            self._connection = JsonRpc(
                self._urls[self.current], timeout_seconds=self._timeout_seconds
            )
        told_id, *results = self._connection.batch((CHAIN_ID, *calls))
        served = parse_quantity(told_id)
        if served != self.chain_id:
            raise WrongChainId(f"serves chain {served}, not {self.chain_id}")
        return results

    def turn_to_next(self, *, reason: str) -> None:
        """Ask another node from now on: this one was of no use, for one of the faults' reasons."""
        NODE_FAULTS.labels(str(self.chain_id), str(self.current), reason).inc()
        self.close()
        self.current = (self.current + 1) % len(self._urls)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
