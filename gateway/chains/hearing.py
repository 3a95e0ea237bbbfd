"""Ask the nodes what happened in some blocks, and check the answer before believing it.

What comes back is complete and consistent or it isn't used: the blocks follow each other, each
matched transfer lies in one of them, and no block's bloom speaks of logs that are missing.
"""

import gc
from collections.abc import Callable, Collection, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog

from gateway.chains.blocks import ToldBlock, parse_block
from gateway.chains.bloom import may_contain
from gateway.chains.create2 import Factory, deposit_address
from gateway.chains.cursor import BrokenLink, Header, check_links
from gateway.chains.errors import (
    MalformedAnswer,
    NodeFault,
    NodeRefused,
    PartialAnswer,
)
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
    native_transfers,
    parse_sweep,
    slice_logs,
    transaction_senders,
)
from gateway.chains.watched import WatchedAddresses
from gateway.outside.rpc import Call

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

POLLS_PER_BLOCK = 4 * ADDRESSES_PER_CALL

_TRANSFER = bytes.fromhex(TRANSFER_TOPIC[2:])
_SWEPT = bytes.fromhex(SWEPT_TOPIC[2:])


@dataclass(frozen=True, slots=True)
class KnownToken:
    code: str
    decimals: int
    value_usd_e8: int | None


@dataclass(frozen=True, slots=True)
class ChainFacts:
    """What a watcher must know of its chain; read again now and then.

    Attributes:
        tokens: every token we know by contract, accepted or not.
        native: the native coin.
        factories: by address; all of them report what they sweep.
    """

    chain_id: int
    tokens: dict[bytes, KnownToken]
    native: KnownToken
    factories: dict[bytes, Factory]

    def token(self, address: bytes | None) -> KnownToken:
        """The token at an address, None being the native coin.

        Raises:
            MalformedAnswer: the node told of a contract that wasn't asked about.
        """
        if address is None:
            return self.native
        try:
            return self.tokens[address]
        except KeyError:
            raise MalformedAnswer(f"a log of 0x{address.hex()}, which wasn't asked for") from None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A transfer to one of our addresses, with all that a deposit's row needs from the chain."""

    transfer: Transfer
    token: KnownToken
    tx_sender: bytes
    block_time: datetime


@dataclass(frozen=True, slots=True)
class Departure:
    """A transfer out of one of our addresses."""

    transfer: Transfer
    token: KnownToken


@dataclass(frozen=True, slots=True)
class Heard:
    """What happened in consecutive blocks.

    Attributes:
        headers: the blocks, ascending.
        balances: wei of the polled addresses in the last block.
        logs: how many logs were looked at.
    """

    headers: list[Header]
    arrivals: list[Arrival] = field(default_factory=list)
    departures: list[Departure] = field(default_factory=list)
    balances: dict[bytes, int] = field(default_factory=dict)
    logs: int = 0


@dataclass(frozen=True, slots=True)
class RawRange:
    """Unchecked answers about consecutive blocks."""

    blocks: list[Any]
    logs: Any


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
        blocks = [parse_block(block) for block in raw.blocks]
        headers = [block.header for block in blocks]
        check_links([parent, *headers])
        if only is not None and headers[0].hash != only:
            raise MalformedAnswer("another block than the one asked for")

        logs = list_answer(raw.logs, of="logs")
        watched = self.watched.fastest
        found = slice_logs(logs, watched)
        self._check_nothing_missing(blocks, found)

        by_number = {header.number: header for header in headers}
        incoming = [
            *found.incoming,
            *self._native(blocks, watched),
        ]
        outgoing = [*found.outgoing, *self._swept_native(found.sweeps)]
        for transfer in (*incoming, *outgoing):
            header = by_number.get(transfer.block_number)
            if header is None or header.hash != transfer.block_hash:
                raise MalformedAnswer("a log of a block that wasn't asked for")
        return Heard(
            headers=headers,
            arrivals=self._arrivals(incoming, blocks),
            departures=[Departure(t, self.facts.token(t.token)) for t in outgoing],
            balances=balances,
            logs=len(logs),
        )

    def _arrivals(self, incoming: list[Transfer], blocks: list[ToldBlock]) -> list[Arrival]:
        senders: dict[bytes, bytes] = {}
        touched = {transfer.block_number for transfer in incoming}
        wanted = {transfer.tx_hash for transfer in incoming}
        times = {}
        for block in blocks:
            if block.header.number in touched:
                senders |= transaction_senders(block.transactions, wanted)
                times[block.header.number] = datetime.fromtimestamp(block.header.timestamp, UTC)
        if wanted - senders.keys():
            raise PartialAnswer("a log of a transaction that its block doesn't have")
        return [
            Arrival(
                transfer=transfer,
                token=self.facts.token(transfer.token),
                tx_sender=senders[transfer.tx_hash],
                block_time=times[transfer.block_number],
            )
            for transfer in incoming
            if transfer.units > 0
        ]

    def _native(self, blocks: list[ToldBlock], watched: Container[bytes]) -> list[Transfer]:
        sent = [
            transfer
            for block in blocks
            for transfer in native_transfers(
                block.transactions,
                watched,
                block_number=block.header.number,
                block_hash=block.header.hash,
            )
        ]
        if not sent:
            return []
        receipts = self.nodes.ask(
            *(("eth_getTransactionReceipt", (hex_of(transfer.tx_hash),)) for transfer in sent)
        )
        return [
            transfer
            for transfer, receipt in zip(sent, receipts, strict=True)
            if _succeeded(receipt, transfer)
        ]

    def _swept_native(self, sweeps: list[dict[str, Any]]) -> list[Transfer]:
        """Native coin that our factories took out of deposit addresses; nothing else shows it."""
        out = []
        for told in sweeps:
            sweep = parse_sweep(told)
            address = bytes.fromhex(told["address"][2:])
            factory = self.facts.factories.get(address)
            if factory is None or sweep.token is not None:
                continue
            out.append(
                Transfer(
                    token=None,
                    sender=deposit_address(factory=factory, salt=sweep.salt),
                    recipient=address,
                    units=sweep.units,
                    block_number=sweep.block_number,
                    block_hash=sweep.block_hash,
                    tx_hash=sweep.tx_hash,
                    log_index=sweep.log_index,
                )
            )
        return out

    def _check_nothing_missing(self, blocks: list[ToldBlock], found: Slice) -> None:
        """Refuse an answer that has no log of a block whose bloom speaks of ours.

        So answers a node that hasn't indexed a fresh block yet, or that cut a range short. A bloom
        may speak of logs that aren't there, so the block's receipts decide. A block of which some
        logs came is not doubted: a busy block's bloom speaks of nearly everything.
        """
        told = {int(number, 16) for number in found.numbers}
        emitters = [(address, _TRANSFER) for address in self.facts.tokens]
        emitters += [(address, _SWEPT) for address in self.facts.factories]
        for block in blocks:
            if not block.bloom or block.header.number in told:
                continue
            spoken_of = {
                hex_of(address)
                for address, topic in emitters
                if may_contain(block.bloom, address, topic)
            }
            if spoken_of and self._receipts_have(block.header, spoken_of):
                raise PartialAnswer(f"the logs of block {block.header.number} are missing")

    def _receipts_have(self, header: Header, emitters: set[str]) -> bool:
        try:
            (answer,) = self.nodes.ask(("eth_getBlockReceipts", (hex_of(header.hash),)))
        except NodeRefused:
            # Not every node offers it; the bloom alone is no proof.
            log.info("chains.receipts_refused", chain_id=self.facts.chain_id)
            return False
        try:
            return any(
                entry["address"].lower() in emitters
                and entry["topics"]
                and entry["topics"][0] in (TRANSFER_TOPIC, SWEPT_TOPIC)
                for receipt in list_answer(answer, of="receipts")
                for entry in receipt["logs"]
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise MalformedAnswer(f"receipts can't be read: {error!r}") from error

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


def _succeeded(receipt: object, transfer: Transfer) -> bool:
    if receipt is None:
        raise PartialAnswer("no receipt of a transaction in a block")
    if not isinstance(receipt, dict) or "status" not in receipt:
        raise MalformedAnswer("a receipt can't be read")
    if receipt.get("blockHash") != hex_of(transfer.block_hash):
        raise PartialAnswer("a receipt of another block than the transaction's")
    return parse_quantity(receipt["status"]) == 1


def _balance_of(address: bytes) -> str:
    return "0x70a08231" + address.rjust(32, b"\0").hex()


def _chunks(items: Sequence[bytes], size: int) -> list[Sequence[bytes]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
