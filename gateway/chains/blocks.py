"""Blocks as a node's JSON tells them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.chains.cursor import Header
from gateway.chains.errors import MalformedAnswer, PartialAnswer
from gateway.chains.rpc_words import parse_hash, parse_quantity


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
