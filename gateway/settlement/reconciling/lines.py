"""A compared place as the run writes it: pure."""

from dataclasses import dataclass, field

from gateway.settlement.reconciling.explaining import Cause
from gateway.settlement.reconciling.judging import Item, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One account and asset at one moment; ``ReconciliationLine``'s columns, and the causes."""

    mode: str
    account: str
    asset: str
    decimals: int
    state: State
    reason: str = ""
    booked: int = 0
    told: int = 0
    difference: int = 0
    items: tuple[Item, ...] = ()
    causes: tuple[Cause, ...] = field(default=())
    block_number: int | None = None
    block_hash: bytes | None = None
    source: str = ""
    read: int = 0
    held: int = 0
