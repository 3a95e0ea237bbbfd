"""What was heard of a chain, between the asking and the writing. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gateway.chains.addresses import ZERO_ADDRESS
from gateway.chains.cursor import Header
from gateway.chains.rpc_words import hex_of
from gateway.chains.transfers import NATIVE_LOG_INDEX, Transfer
from gateway.chains.watching.facts import KnownToken

BALANCE_PATH = "balance:"
"""Trace path of native coin that only the balance tells of."""


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


def balance_arrivals(
    *, block: Header, native: KnownToken, unexplained: Mapping[bytes, int]
) -> list[Arrival]:
    """Deposits of native coin that only a balance tells of, in the block it was asked at."""
    return [
        Arrival(
            transfer=Transfer(
                token=None,
                sender=ZERO_ADDRESS,
                recipient=address,
                units=units,
                block_number=block.number,
                block_hash=block.hash,
                tx_hash=b"",
                log_index=NATIVE_LOG_INDEX,
                trace_path=f"{BALANCE_PATH}{hex_of(address)}",
            ),
            token=native,
            tx_sender=ZERO_ADDRESS,
            block_time=datetime.fromtimestamp(block.timestamp, UTC),
        )
        for address, units in unexplained.items()
    ]
