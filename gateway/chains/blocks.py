"""Blocks as a node's JSON tells them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.chains.cursor import Header
from gateway.chains.errors import MalformedAnswer, PartialAnswer

HASH_CHARS = 66


@dataclass(frozen=True, slots=True)
class ToldBlock:
    """A block as told.

    Attributes:
        bloom: the header's logs bloom as a number; None if the chain has none.
        transactions: whole transactions if they were asked for, otherwise hashes.
    """

    header: Header
    bloom: int | None
    transactions: list[Any]


def parse_block(answer: object) -> ToldBlock:
    """A block from ``eth_getBlockBy…``.

    Raises:
        PartialAnswer: the node says it doesn't have the block.
        MalformedAnswer: it isn't a block.
    """
    if answer is None:
        raise PartialAnswer("the node doesn't have a block that it named")
    if not isinstance(answer, Mapping):
        raise MalformedAnswer("a block that isn't an object")
    try:
        bloom = answer.get("logsBloom")
        transactions = answer["transactions"]
        if not isinstance(transactions, list):
            raise MalformedAnswer("a block whose transactions aren't a list")
        return ToldBlock(
            header=Header(
                number=parse_quantity(answer["number"]),
                hash=parse_hash(answer["hash"]),
                parent_hash=parse_hash(answer["parentHash"]),
                timestamp=parse_quantity(answer["timestamp"]),
            ),
            bloom=None if bloom is None else int(bloom, 16),
            transactions=transactions,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedAnswer(f"a block can't be read: {error!r}") from error


def parse_quantity(text: object) -> int:
    """A JSON-RPC quantity: 0x and hexadecimal digits.

    Raises:
        MalformedAnswer: it isn't one.
    """
    if not isinstance(text, str) or not text.startswith("0x") or len(text) > HASH_CHARS:
        raise MalformedAnswer(f"{str(text)[:80]!r} isn't a quantity")
    try:
        return int(text, 16)
    except ValueError as error:
        raise MalformedAnswer(f"{text[:80]!r} isn't a quantity") from error


def parse_hash(text: object) -> bytes:
    """A 32-byte hash.

    Raises:
        MalformedAnswer: it isn't one.
    """
    if not isinstance(text, str) or len(text) != HASH_CHARS or not text.startswith("0x"):
        raise MalformedAnswer(f"{str(text)[:80]!r} isn't a hash")
    try:
        return bytes.fromhex(text[2:])
    except ValueError as error:
        raise MalformedAnswer(f"{text!r} isn't a hash") from error
