"""How far a ticket is, and what may be done to it then. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

State = Literal["open", "parked", "paying", "paid", "void"]
STATES: Final[tuple[State, ...]] = ("open", "parked", "paying", "paid", "void")

Act = Literal[
    "change",
    "park",
    "recall",
    "split",
    "reopen",
    "tip",
    "ask",
    "withdraw",
    "cash",
    "cash_back",
    "void",
]
ALLOWED: Final[dict[Act, frozenset[State]]] = {
    "change": frozenset({"open"}),
    "park": frozenset({"open"}),
    "recall": frozenset({"parked"}),
    "split": frozenset({"open", "paying"}),
    "reopen": frozenset({"paying"}),
    "tip": frozenset({"paying"}),
    "ask": frozenset({"paying"}),
    "withdraw": frozenset({"paying"}),
    "cash": frozenset({"paying"}),
    "cash_back": frozenset({"paid"}),
    "void": frozenset({"open", "parked", "paying"}),
}
"""The states in which each act is taken. What of it is also refused while money is on the ticket
(``change``, ``split``, ``reopen``, ``void``) the verbs say."""


@dataclass(frozen=True, slots=True)
class Tender:
    """What pays a part, in minor units: cash that was counted, or a demand that was paid.

    Attributes:
        part: 1 …
        coming: whether more may arrive on it: money was seen that isn't credited yet.
    """

    part: int
    units: int
    coming: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """A part of the bill: goods and tip, in minor units."""

    part: int
    goods_units: int
    tip_units: int

    @property
    def units(self) -> int:
        return self.goods_units + self.tip_units


@dataclass(frozen=True, slots=True)
class Standing:
    """What has come in for each part, and what that makes of the ticket.

    Attributes:
        paid: minor units by part.
        over: minor units beyond its due by part: never lost, to be given back or left as a tip.
    """

    state: Literal["paying", "paid"]
    paid: dict[int, int]
    over: dict[int, int]
    is_money_on_it: bool


def standing_of(dues: Sequence[Due], tenders: Sequence[Tender]) -> Standing:
    """A ticket is paid when each of its parts is covered: what one payer gave too much pays no
    other's share."""
    paid = {due.part: 0 for due in dues}
    for tender in tenders:
        paid[tender.part] += tender.units
    covered = bool(dues) and all(paid[due.part] >= due.units for due in dues)
    return Standing(
        state="paid" if covered else "paying",
        paid=paid,
        over={due.part: max(0, paid[due.part] - due.units) for due in dues},
        is_money_on_it=any(tender.units > 0 or tender.coming for tender in tenders),
    )


def demand_worth(
    *, units: int, status: str, credited: Fraction, seen: Fraction, charging: bool = False
) -> tuple[int, bool]:
    """What a demand has paid of its ``units``, and whether more may be on its way.

    A paid one has paid all of it, whatever tolerance it was covered within; of any other counts
    what was credited, rounded down: a partial payment stays the shop's when its demand ends.

    Args:
        status: the invoice's.
        credited: the share of the demand that was credited.
        seen: the share that counts: credited, or on its way to be. What is held is on no way: it
            waits for people, and its payer may pay otherwise meanwhile.
        charging: whether a card is being charged for it.
    """
    if status == "paid":
        return units, False
    paid = min(units, units * credited.numerator // credited.denominator)
    return paid, charging or seen > credited
