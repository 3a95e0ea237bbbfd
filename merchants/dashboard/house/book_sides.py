"""Both sides of an asset's books as bars of one length: pure; positions, never money."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from gateway.ledger.selectors import TrialLine

SCALE: Final = 1_000
"""How long a bar is."""
PPM: Final = 1_000_000


class Kind(Enum):
    """What an account is about, for somebody who looks at the whole."""

    CUSTODY = "custody"
    BANKS = "banks"
    UNDER_WAY = "under_way"
    SPENT = "spent"
    SHORT = "short"
    SHOPS = "shops"
    PAYERS = "payers"
    PROVIDERS = "providers"
    HOUSE = "house"


_TONE: Final = {
    Kind.CUSTODY: "seen",
    Kind.BANKS: "paid",
    Kind.UNDER_WAY: "wait",
    Kind.SPENT: "quiet",
    Kind.SHORT: "problem",
    Kind.SHOPS: "seen",
    Kind.PAYERS: "wait",
    Kind.PROVIDERS: "test",
    Kind.HOUSE: "paid",
}
_BY_BEGINNING: Final = {
    "custody": Kind.CUSTODY,
    "bank": Kind.BANKS,
    "exchange": Kind.BANKS,
    "in_transit": Kind.UNDER_WAY,
    "receivable": Kind.UNDER_WAY,
    "shop": Kind.SHOPS,
    "held": Kind.PAYERS,
    "refunds": Kind.PAYERS,
    "blocked": Kind.PAYERS,
    "suspense": Kind.PAYERS,
    "pool": Kind.PROVIDERS,
}


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar of ``SCALE``."""

    kind: Kind
    tone: str
    x: int
    width: int
    ppm: int


def sides_of(lines: list[TrialLine]) -> list[tuple[bool, list[Segment]]]:
    """An asset's debits (True) and credits (False), each as one whole bar in parts by kind."""
    return [
        (
            is_debit,
            _segments([line for line in lines if line.units and (line.units > 0) is is_debit]),
        )
        for is_debit in (True, False)
    ]


def kind_of(line: TrialLine) -> Kind:
    """What a line is about, by its account and by the side that it stands on."""
    beginning = line.account.partition(":")[0]
    if beginning in _BY_BEGINNING:
        return _BY_BEGINNING[beginning]
    if line.units < 0:
        return Kind.HOUSE
    return Kind.SHORT if line.account == "desk" else Kind.SPENT


def _segments(lines: list[TrialLine]) -> list[Segment]:
    sums: dict[Kind, int] = {}
    for line in lines:
        kind = kind_of(line)
        sums[kind] = sums.get(kind, 0) + abs(line.units)
    whole, before, segments = sum(sums.values()), 0, []
    for kind in Kind:
        if kind in sums:
            x = before * SCALE // whole
            before += sums[kind]
            segments.append(
                Segment(
                    kind=kind,
                    tone=_TONE[kind],
                    x=x,
                    width=max(before * SCALE // whole - x, 1),
                    ppm=sums[kind] * PPM // whole,
                )
            )
    return segments
