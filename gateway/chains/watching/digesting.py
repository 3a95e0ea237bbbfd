"""Whether what a node told fits together, and what it says of our addresses. Pure.

A broken link, a log of nowhere or a missing block condemns the whole answer.
"""

from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from gateway.chains.blocks import ToldBlock, parse_block
from gateway.chains.bloom import may_contain
from gateway.chains.create2 import deposit_address
from gateway.chains.cursor import Header, check_links
from gateway.chains.errors import MalformedAnswer, PartialAnswer
from gateway.chains.rpc_words import hex_of, list_answer, parse_quantity
from gateway.chains.transfers import (
    SWEPT_TOPIC,
    TRANSFER_TOPIC,
    Slice,
    Transfer,
    native_transfers,
    parse_sweep,
    transaction_senders,
)
from gateway.chains.watching.facts import ChainFacts
from gateway.chains.watching.heard import Arrival

_TRANSFER = bytes.fromhex(TRANSFER_TOPIC[2:])
_SWEPT = bytes.fromhex(SWEPT_TOPIC[2:])


def linked_blocks(told: Sequence[object], *, parent: Header, only: bytes | None) -> list[ToldBlock]:
    """Blocks that follow each other and their parent.

    Args:
        only: the hash that the first one must have, if one was asked for.

    Raises:
        BrokenLink: they don't.
        MalformedAnswer, PartialAnswer: one can't be read, or isn't there.
    """
    blocks = [parse_block(block) for block in told]
    check_links([parent, *(block.header for block in blocks)])
    if only is not None and blocks[0].header.hash != only:
        raise MalformedAnswer("another block than the one asked for")
    return blocks


def check_places(transfers: Iterable[Transfer], blocks: Sequence[ToldBlock]) -> None:
    """Refuse a transfer that lies in none of the blocks.

    Raises:
        MalformedAnswer: there is one.
    """
    by_number = {block.header.number: block.header for block in blocks}
    for transfer in transfers:
        header = by_number.get(transfer.block_number)
        if header is None or header.hash != transfer.block_hash:
            raise MalformedAnswer("a log of a block that wasn't asked for")


def doubtful_blocks(
    blocks: Sequence[ToldBlock], found: Slice, facts: ChainFacts
) -> Iterator[tuple[Header, set[str]]]:
    """Blocks without a log whose bloom speaks of ours, with the emitters that it speaks of.

    So answers a node that hasn't indexed a fresh block yet, or that cut a range short. A bloom may
    speak of logs that aren't there, so the block's receipts decide. A block of which some logs came
    is not doubted: a busy block's bloom speaks of nearly everything.
    """
    told = {int(number, 16) for number in found.numbers}
    emitters = [(address, _TRANSFER) for address in facts.tokens]
    emitters += [(address, _SWEPT) for address in facts.factories]
    for block in blocks:
        if not block.bloom or block.header.number in told:
            continue
        spoken_of = {
            hex_of(address)
            for address, topic in emitters
            if may_contain(block.bloom, address, topic)
        }
        if spoken_of:
            yield block.header, spoken_of


def receipts_have(answer: object, emitters: Collection[str]) -> bool:
    """Whether a block's receipts have a log of one of the emitters that we listen to.

    Raises:
        MalformedAnswer, PartialAnswer: they can't be read, or aren't there.
    """
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


def native_sent(blocks: Sequence[ToldBlock], watched: Container[bytes]) -> list[Transfer]:
    """Transactions that carry native coin to a watched address; their receipts decide."""
    return [
        transfer
        for block in blocks
        for transfer in native_transfers(
            block.transactions,
            watched,
            block_number=block.header.number,
            block_hash=block.header.hash,
        )
    ]


def succeeded(receipt: object, transfer: Transfer) -> bool:
    """Whether a transfer's transaction did, by its receipt.

    Raises:
        MalformedAnswer, PartialAnswer: the receipt can't be used.
    """
    if receipt is None:
        raise PartialAnswer("no receipt of a transaction in a block")
    if not isinstance(receipt, dict) or "status" not in receipt:
        raise MalformedAnswer("a receipt can't be read")
    if receipt.get("blockHash") != hex_of(transfer.block_hash):
        raise PartialAnswer("a receipt of another block than the transaction's")
    return parse_quantity(receipt["status"]) == 1


def native_swept(sweeps: Sequence[dict[str, Any]], facts: ChainFacts) -> list[Transfer]:
    """Native coin that our factories took out of deposit addresses; nothing else shows it."""
    out = []
    for told in sweeps:
        sweep = parse_sweep(told)
        address = bytes.fromhex(told["address"][2:])
        factory = facts.factories.get(address)
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


def arrivals_of(
    incoming: Sequence[Transfer], blocks: Sequence[ToldBlock], facts: ChainFacts
) -> list[Arrival]:
    """Transfers with who signed them and when; those of nothing are left out.

    Raises:
        PartialAnswer: a block doesn't have a transaction that a log tells of.
        MalformedAnswer: a transaction can't be read, or a token wasn't asked about.
    """
    senders: dict[bytes, bytes] = {}
    times: dict[int, datetime] = {}
    touched = {transfer.block_number for transfer in incoming}
    wanted = {transfer.tx_hash for transfer in incoming}
    for block in blocks:
        if block.header.number in touched:
            senders |= transaction_senders(block.transactions, wanted)
            times[block.header.number] = datetime.fromtimestamp(block.header.timestamp, UTC)
    if wanted - senders.keys():
        raise PartialAnswer("a log of a transaction that its block doesn't have")
    return [
        Arrival(
            transfer=transfer,
            token=facts.token(transfer.token),
            tx_sender=senders[transfer.tx_hash],
            block_time=times[transfer.block_number],
        )
        for transfer in incoming
        if transfer.units > 0
    ]
