"""Transfers as a trace sees them: who gave whom how much, and in which order. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

MICROS = 1_000_000
"""Micro-dollars in a dollar: the common unit in which exposures of several assets are added."""

Position = tuple[int, int, bytes, str]
"""Where something stands on its chain: block, log index, transaction, path within it."""

Holding = tuple[bytes, str]
"""What one address has of one asset: (address, asset)."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One movement of a token or of the native coin.

    Attributes:
        asset: the token's code, ``USDC@8453``.
        units: base units.
        log_index: place among the block's logs; -1 for the native coin.
        path: "" but for what neither a log nor the transaction itself shows.
        value_micros: micro-dollars, rounded down; None where nobody can say.
    """

    chain_id: int
    asset: str
    sender: bytes
    recipient: bytes
    units: int
    block: int
    log_index: int
    tx_hash: bytes
    path: str = ""
    value_micros: int | None = None

    @property
    def position(self) -> Position:
        return (self.block, self.log_index, self.tx_hash, self.path)


def in_order(
    transfers: Iterable[Transfer], *, before: Position | None = None
) -> tuple[Transfer, ...]:
    """Each transfer once, in the chain's order, up to and without ``before``.

    The order of what comes in is nothing: two who saw the same transfers get the same tuple.
    O(n log n).
    """
    once: dict[Position, Transfer] = {}
    for transfer in transfers:
        known = once.get(transfer.position)
        # One place holds one transfer; should two be told for it, the choice is still the same.
        if known is None or _rank(transfer) < _rank(known):
            once[transfer.position] = transfer
    ordered = (once[position] for position in sorted(once))
    return tuple(one for one in ordered if before is None or one.position < before)


def _rank(transfer: Transfer) -> tuple[str, bytes, bytes, int, int]:
    value = -1 if transfer.value_micros is None else transfer.value_micros
    return (transfer.asset, transfer.sender, transfer.recipient, transfer.units, value)
