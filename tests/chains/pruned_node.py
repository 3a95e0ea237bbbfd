"""A node in front of anvil that has dropped what a test says."""

from typing import Any

from tests.chains.watch_chain import FakeNode


class PrunedNode(FakeNode):
    """Honest, but without receipts and the index of transactions, or without old state.

    Attributes:
        has_receipts: and the index by which a transaction is found by its hash.
        state_from: number of the oldest block whose accounts it still knows.
        hides: transactions that even its blocks don't show.
        refuses: methods that it refuses altogether.
    """

    def __init__(self, upstream: str) -> None:
        super().__init__(upstream)
        self.has_receipts = True
        self.state_from = 0
        self.hides: set[str] = set()
        self.refuses: set[str] = set()
        self.tamper = self._prune

    def _prune(self, method: str, params: list[Any], result: Any) -> Any:
        if method in self.refuses:
            return Exception("pruned history unavailable")
        if method in ("eth_getTransactionReceipt", "eth_getTransactionByHash"):
            return result if self.has_receipts else None
        if method == "eth_getTransactionCount" and self._is_dropped(params[1]):
            return Exception("missing trie node")
        if method == "eth_getBlockByNumber" and result and params[1] is True:
            shown = [one for one in result["transactions"] if one["hash"] not in self.hides]
            return {**result, "transactions": shown}
        return result

    def _is_dropped(self, block: str) -> bool:
        return block.startswith("0x") and int(block, 16) < self.state_from
