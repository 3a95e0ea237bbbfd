"""What a chain says lies at addresses, at one block, named by its hash. The network is here."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gateway.chains.configuration import configured_chain
from gateway.chains.errors import NodeFault, UnknownChain
from gateway.chains.lens import (
    ADDRESSES_PER_CALL,
    balances_call,
    parse_balances,
    token_balances_call,
)
from gateway.chains.nodes import Nodes
from gateway.chains.receipts import Receipt, parse_receipt
from gateway.chains.rpc_words import hex_of
from gateway.outside.rpc import Call
from gateway.settlement.reconciling.errors import NotComparable

TIMEOUT_SECONDS = 8.0
CALLS_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class At:
    """A block of a chain; ``timestamp`` in Unix seconds."""

    number: int
    hash: bytes
    timestamp: int


class ChainReader:
    """One node of a chain, asked at one block. What it can't say is ``NotComparable``."""

    def __init__(self, *, chain_id: int, urls: Sequence[str]) -> None:
        self.chain_id = chain_id
        self._nodes = Nodes(chain_id=chain_id, urls=urls, timeout_seconds=TIMEOUT_SECONDS)

    def close(self) -> None:
        self._nodes.close()

    def block(self, number: int) -> At:
        """The block that the node now has at a height."""
        told: Any
        [told] = self.ask(("eth_getBlockByNumber", (hex(number), False)))
        try:
            return At(number, bytes.fromhex(told["hash"][2:]), int(told["timestamp"], 16))
        except (KeyError, TypeError, ValueError) as error:
            raise NotComparable("node_behind", f"no block {number}: {error!r}") from error

    def balances(
        self, addresses: Sequence[bytes], *, token: bytes | None, at: At
    ) -> dict[bytes, int]:
        """Base units of a token, or of the native coin, at each address."""
        slices = [
            addresses[start : start + ADDRESSES_PER_CALL]
            for start in range(0, len(addresses), ADDRESSES_PER_CALL)
        ]
        place = {"blockHash": hex_of(at.hash)}
        found: dict[bytes, int] = {}
        for start in range(0, len(slices), CALLS_AT_ONCE):
            several = slices[start : start + CALLS_AT_ONCE]
            calls: list[Call] = [
                ("eth_call", ({"data": _call_data(each, token=token)}, place)) for each in several
            ]
            for each, answer in zip(several, self.ask(*calls), strict=True):
                with self._said():
                    units = parse_balances(answer, count=len(each))
                found |= dict(zip(each, units, strict=True))
        return found

    def receipts(self, hashes: Sequence[bytes]) -> dict[bytes, Receipt]:
        """Of those that are in a block."""
        found = {}
        for start in range(0, len(hashes), CALLS_AT_ONCE):
            several = hashes[start : start + CALLS_AT_ONCE]
            answers = self.ask(*(("eth_getTransactionReceipt", (hex_of(h),)) for h in several))
            for tx_hash, answer in zip(several, answers, strict=True):
                with self._said():
                    receipt = parse_receipt(answer)
                if receipt is not None:
                    found[tx_hash] = receipt
        return found

    def ask(self, *calls: Call) -> list[Any]:
        """As ``Nodes.ask``, but for what can't be answered.

        Raises:
            NotComparable: the node is down, refuses, or says what can't be read.
        """
        with self._said():
            return self._nodes.ask(*calls)

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except NodeFault as fault:
            raise NotComparable(fault.reason, str(fault)[:300]) from fault


@contextmanager
def readers(chain_id: int) -> Iterator[list[ChainReader]]:
    """A reader of each node that is configured for a chain.

    Raises:
        NotComparable: the settings name none.
    """
    try:
        urls = configured_chain(chain_id).rpc_urls
    except UnknownChain as error:
        raise NotComparable("chain_not_configured", str(error)) from error
    found = [ChainReader(chain_id=chain_id, urls=[url]) for url in urls]
    if not found:
        raise NotComparable("chain_not_configured", f"Chain {chain_id} has no node.")
    try:
        yield found
    finally:
        for reader in found:
            reader.close()


def _call_data(addresses: Sequence[bytes], *, token: bytes | None) -> str:
    return token_balances_call(token, addresses) if token else balances_call(addresses)
