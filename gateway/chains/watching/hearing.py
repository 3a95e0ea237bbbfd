"""Ask the nodes what happened in some blocks, and check the answer before believing it.

What comes back is complete and consistent or it isn't used: the blocks follow each other, each
matched transfer lies in one of them, and no block's bloom speaks of logs that are missing.
"""

import gc
from collections.abc import Callable, Collection, Container, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog

from gateway.chains.blocks import ToldBlock
from gateway.chains.cursor import BrokenLink, Header
from gateway.chains.errors import MalformedAnswer, NodeFault, NodeRefused, PartialAnswer
from gateway.chains.lens import ADDRESSES_PER_CALL, balances_call, parse_balances
from gateway.chains.nodes import Nodes
from gateway.chains.rpc_words import hex_of, list_answer, parse_quantity
from gateway.chains.traces import internal_transfers
from gateway.chains.transfers import (
    NATIVE_LOG_INDEX,
    SWEPT_TOPIC,
    TRANSFER_TOPIC,
    Slice,
    Transfer,
    slice_logs,
)
from gateway.chains.watched import WatchedAddresses
from gateway.chains.watching.digesting import (
    arrivals_of,
    check_places,
    doubtful_blocks,
    linked_blocks,
    native_sent,
    native_swept,
    receipts_have,
    succeeded,
)
from gateway.chains.watching.facts import ChainFacts
from gateway.chains.watching.heard import Arrival, Departure, Heard, RawRange
from gateway.outside.rpc import Call

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

POLLS_PER_BLOCK = 4 * ADDRESSES_PER_CALL


class Ear:
    """Listens to one chain through its nodes."""

    def __init__(self, *, nodes: Nodes, facts: ChainFacts, watched: WatchedAddresses) -> None:
        self.nodes = nodes
        self.facts = facts
        self.watched = watched
        self._lens_refused = False
        self._traces_refused = False

    # ------------------------------------------------------------------ asking

    def hear_block(self, block: Header, *, parent: Header, now: datetime) -> Heard:
        """What happened in the block of this hash. One request, one more for its matches.

        Raises:
            NodeFault: the answer can't be used.
        """
        # The block is known to exist: an address that it pays was committed before, so none can
        # be missing after this.
        self.watched.refresh()
        polled = [] if self._lens_refused else self.watched.to_poll(now=now, limit=POLLS_PER_BLOCK)
        calls: list[Call] = [
            ("eth_getBlockByHash", (hex_of(block.hash), True)),
            ("eth_getLogs", (self._filter(blockHash=hex_of(block.hash)),)),
        ]
        lens = [self._lens(chunk, block) for chunk in _chunks(polled, ADDRESSES_PER_CALL)]
        try:
            told, logs, *balances = self.nodes.ask(*calls, *lens)
        except NodeRefused:
            if not lens:
                raise
            # A node that won't run init code in a call must not keep tokens from being heard.
            log.warning("chains.balances_refused", chain_id=self.facts.chain_id)
            self._lens_refused = True
            told, logs = self.nodes.ask(*calls)
            balances = []
        return self._checked(
            lambda: self._digest(
                RawRange(blocks=[told], logs=logs),
                parent=parent,
                only=block.hash,
                balances=self._balances(balances, polled),
            )
        )

    def ask_range(self, first: int, last: int, *, nodes: Nodes | None = None) -> RawRange:
        """The node's words about blocks ``first`` to ``last``, unchecked. One request.

        Raises:
            NodeFault: it has none.
        """
        blocks: list[Call] = [
            ("eth_getBlockByNumber", (hex_of(number), True)) for number in range(first, last + 1)
        ]
        window = self._filter(fromBlock=hex_of(first), toBlock=hex_of(last))
        with _collector_at_rest():
            logs, *told = (nodes or self.nodes).ask(("eth_getLogs", (window,)), *blocks)
        return RawRange(blocks=told, logs=logs)

    def digest_range(self, raw: RawRange, *, parent: Header) -> Heard:
        """What happened in a range that was asked for.

        Raises:
            NodeFault: the answer can't be used.
        """
        # The answer may have been fetched ahead: only addresses read after it are all of them.
        self.watched.refresh()
        with _collector_at_rest():
            return self._checked(lambda: self._digest(raw, parent=parent, only=None, balances={}))

    def token_balances(
        self, wanted: Sequence[tuple[bytes, bytes | None]], *, at: Header
    ) -> list[int]:
        """Base units that each (address, token contract or None) holds in a block. One request.

        Raises:
            NodeFault: an answer can't be used.
        """
        place = {"blockHash": hex_of(at.hash)}
        calls: list[Call] = [
            ("eth_getBalance", (hex_of(address), place))
            if token is None
            else ("eth_call", ({"to": hex_of(token), "data": _balance_of(address)}, place))
            for address, token in wanted
        ]
        answers = self.nodes.ask(*calls)
        return self._checked(lambda: [parse_quantity(answer) for answer in answers])

    def native_balances(self, addresses: Sequence[bytes], *, at: Header) -> dict[bytes, int]:
        """Wei that at most 512 addresses hold in a block. One request.

        Raises:
            NodeFault: the answer can't be used.
        """
        (answer,) = self.nodes.ask(self._lens(addresses, at))
        return self._checked(lambda: self._balances([answer], list(addresses)))

    def traced(self, block: Header, wanted: Collection[bytes]) -> list[Arrival]:
        """What contracts sent to some addresses in a block; nothing if the node doesn't trace.

        Raises:
            NodeFault: the answer can't be used.
        """
        if self._traces_refused:
            return []
        question: Call = ("debug_traceBlockByHash", (hex_of(block.hash), {"tracer": "callTracer"}))
        try:
            (answer,) = self.nodes.ask(question)
        except NodeRefused:
            log.info("chains.traces_refused", chain_id=self.facts.chain_id)
            self._traces_refused = True
            return []
        found = self._checked(lambda: internal_transfers(answer, wanted))
        return [
            Arrival(
                transfer=Transfer(
                    token=None,
                    sender=transfer.sender,
                    recipient=transfer.recipient,
                    units=transfer.units,
                    block_number=block.number,
                    block_hash=block.hash,
                    tx_hash=transfer.tx_hash,
                    log_index=NATIVE_LOG_INDEX,
                    trace_path=transfer.path,
                ),
                token=self.facts.native,
                tx_sender=transfer.tx_sender,
                block_time=datetime.fromtimestamp(block.timestamp, UTC),
            )
            for transfer in found
        ]

    def _filter(self, **window: str) -> dict[str, Any]:
        emitters = sorted({*self.facts.tokens, *self.facts.factories})
        return {
            **window,
            "address": [hex_of(address) for address in emitters],
            "topics": [[TRANSFER_TOPIC, SWEPT_TOPIC]],
        }

    def _lens(self, addresses: Sequence[bytes], block: Header) -> Call:
        place = {"blockHash": hex_of(block.hash)}
        return ("eth_call", ({"data": balances_call(addresses)}, place))

    # ------------------------------------------------------------------ checking

    def _checked(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except BrokenLink as error:
            fault = MalformedAnswer(str(error))
            self.nodes.distrust(fault)
            raise fault from error
        except NodeFault as fault:
            self.nodes.distrust(fault)
            raise

    def _digest(
        self, raw: RawRange, *, parent: Header, only: bytes | None, balances: dict[bytes, int]
    ) -> Heard:
        blocks = linked_blocks(raw.blocks, parent=parent, only=only)
        logs = list_answer(raw.logs, of="logs")
        watched = self.watched.fastest
        found = slice_logs(logs, watched)
        self._check_nothing_missing(blocks, found)
        incoming = [*found.incoming, *self._native(blocks, watched)]
        outgoing = [*found.outgoing, *native_swept(found.sweeps, self.facts)]
        check_places((*incoming, *outgoing), blocks)
        return Heard(
            headers=[block.header for block in blocks],
            arrivals=arrivals_of(incoming, blocks, self.facts),
            departures=[Departure(t, self.facts.token(t.token)) for t in outgoing],
            balances=balances,
            logs=len(logs),
        )

    def _native(self, blocks: list[ToldBlock], watched: Container[bytes]) -> list[Transfer]:
        sent = native_sent(blocks, watched)
        if not sent:
            return []
        receipts = self.nodes.ask(
            *(("eth_getTransactionReceipt", (hex_of(transfer.tx_hash),)) for transfer in sent)
        )
        return [
            transfer
            for transfer, receipt in zip(sent, receipts, strict=True)
            if succeeded(receipt, transfer)
        ]

    def _check_nothing_missing(self, blocks: list[ToldBlock], found: Slice) -> None:
        """Refuse an answer that left a block's logs out, by the receipts of those in doubt."""
        for header, spoken_of in doubtful_blocks(blocks, found, self.facts):
            if self._receipts_have(header, spoken_of):
                raise PartialAnswer(f"the logs of block {header.number} are missing")

    def _receipts_have(self, header: Header, emitters: set[str]) -> bool:
        try:
            (answer,) = self.nodes.ask(("eth_getBlockReceipts", (hex_of(header.hash),)))
        except NodeRefused:
            # Not every node offers it; the bloom alone is no proof.
            log.info("chains.receipts_refused", chain_id=self.facts.chain_id)
            return False
        return receipts_have(answer, emitters)

    def _balances(self, answers: Sequence[object], polled: list[bytes]) -> dict[bytes, int]:
        told: dict[bytes, int] = {}
        for answer, chunk in zip(answers, _chunks(polled, ADDRESSES_PER_CALL), strict=False):
            told |= zip(chunk, parse_balances(answer, count=len(chunk)), strict=True)
        return told


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Hundreds of thousands of new objects, none of them garbage: looking at them takes 40 %."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _balance_of(address: bytes) -> str:
    return "0x70a08231" + address.rjust(32, b"\0").hex()


def _chunks(items: Sequence[bytes], size: int) -> list[Sequence[bytes]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
